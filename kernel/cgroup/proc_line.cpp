// What /proc/PID/cgroup says of a task's group.
#include "kernel/cgroup/cgroup.hpp"

namespace forkproof {

namespace {

/// A text that grows at its front.
class Backwards {
  public:
    Backwards(char* buffer, u32 size) : buffer_(buffer), begin_(size), end_(size) {}
    void put(Text piece) {
        if (piece.size > begin_) full_ = true;
        if (full_) return;
        begin_ -= static_cast<u32>(piece.size);
        memcpy(buffer_ + begin_, piece.data, piece.size);
    }
    [[nodiscard]] Result<Text> text() const {
        if (full_) return Errno::ENAMETOOLONG;
        return Text(buffer_ + begin_, end_ - begin_);
    }

  private:
    char* buffer_;
    u32 begin_, end_;
    bool full_ = false;
};

} // namespace

Result<Text> cgroup_line(const Task& task, char* buffer, u32 size) {
    const Inode* group = cgroup_of(task);
    if (!group) return Text();
    Backwards line(buffer, size);
    line.put("\n");
    if (!group->entry) line.put("/"); // the top, or removed
    for (; group && group->entry; group = group->parent) {
        line.put(group->entry->name);
        line.put("/");
    }
    line.put(":");
    if (cgroup_root.name_length != 0) {
        line.put(Text(cgroup_root.name, cgroup_root.name_length));
        line.put(cgroup_root.ns_bound ? ",name=" : "name=");
    }
    if (cgroup_root.ns_bound) line.put("ns");
    line.put("1:");
    return line.text();
}

} // namespace forkproof
