#include "kernel/files/path.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

Accessor current_accessor() {
    const Cred& c = *current()->cred;
    return {c.fsuid, c.fsgid, c.cap_effective, &c};
}

Errno permission(const Inode& inode, u32 may, const Accessor& who) {
    const bool directory = is_directory(inode);
    // A device may be written to on a read-only file system, for that writes nothing to it.
    if ((may & MAY_WRITE) && inode.sb->read_only && (directory || is_regular(inode) || is_symlink(inode)))
        return Errno::EROFS;
    u32 mode = inode.mode;
    if (who.uid == inode.uid) {
        mode >>= 6;
    } else if (who.gid == inode.gid || in_group(*who.groups, inode.gid)) {
        mode >>= 3;
    }
    if ((may & ~mode & (MAY_EXEC | MAY_WRITE | MAY_READ)) == 0) return Errno::OK;

    auto has = [&](Capability cap) {
        if (!(who.capabilities >> cap & 1)) return false;
        current()->flags |= PF_SUPERPRIV;
        return true;
    };
    const bool somebody_executes = directory || (inode.mode & 0111) != 0;
    if ((!(may & MAY_EXEC) || somebody_executes) && has(CAP_DAC_OVERRIDE)) return Errno::OK;
    if ((may == MAY_READ || (directory && !(may & MAY_WRITE))) && has(CAP_DAC_READ_SEARCH)) return Errno::OK;
    return Errno::EACCES;
}

namespace {

/// The parts of a path that are still to walk: of the path itself, and of each link that is being followed.
class Remaining {
  public:
    explicit Remaining(Text path) { rest_[0] = path; }
    [[nodiscard]] Text& innermost() { return rest_[depth_ - 1]; }
    [[nodiscard]] bool empty() const { return depth_ == 0; }
    void pop() { depth_--; }
    /// False: more links than MAX_SYMLINKS were followed.
    [[nodiscard]] bool count_link() { return links_++ != MAX_SYMLINKS; }
    [[nodiscard]] bool follow(Text target) {
        if (!count_link()) return false;
        rest_[depth_++] = target;
        return true;
    }
    /// Whether nothing but slashes (not even those, if `exactly`) is left.
    [[nodiscard]] bool at_end(bool exactly) const {
        for (u32 i = 0; i < depth_; i++)
            for (std::size_t k = 0; k < rest_[i].size; k++)
                if (exactly || rest_[i].data[k] != '/') return false;
        return true;
    }

  private:
    Text rest_[MAX_SYMLINKS + 1];
    u32 depth_ = 1, links_ = 0;
};

/// To the parent directory, out of a mount at its root, never above the task's root (linux-2.6.33
/// follow_dotdot).
void go_up(const Fs& fs, HeldPath& at) {
    for (;;) {
        if (at->mnt == fs.root.mnt && at->inode == fs.root.inode) break;
        if (at->inode != at->mnt->root) {
            if (!at->inode->parent) break; // what a bind showed has been moved out of it
            get_inode(at->inode->parent);
            at.step(at->inode->parent);
            break;
        }
        if (!at->mnt->parent) break;
        at.set({at->mnt->parent, at->mnt->mountpoint});
    }
    cross_down(at);
}

/// From the directory walk.at, in which the link stands. (Its directory holds it until something sleeps.)
[[gnu::noinline]] Errno follow_link(const Fs& fs, const Inode& link, Remaining& remaining, Walk& walk) {
    if (link.i_op->follow) return remaining.count_link() ? link.i_op->follow(link, walk.at) : Errno::ELOOP;
    if (link.data.starts_with("/")) walk.at.set(fs.root);
    return remaining.follow(link.data) ? Errno::OK : Errno::ELOOP;
}

/// One step: the part `name` of the directory walk.at.
Errno walk_part(const Fs& fs, Text name, bool follow, Remaining& remaining, Walk& walk) {
    Inode* directory = walk.at->inode;
    if (const Errno e = permission(*directory, MAY_EXEC); e != Errno::OK) return e;
    if (name.size > NAME_MAX) return Errno::ENAMETOOLONG;
    if (name == ".") return Errno::OK;
    if (name == "..") {
        go_up(fs, walk.at);
        return Errno::OK;
    }
    const Result<Inode*> found = lookup_inode(*directory, name);
    if (!found.ok()) {
        walk.last_missing = found.error() == Errno::ENOENT && remaining.at_end(false);
        walk.last = name;
        return found.error();
    }
    Inode* inode = found.value();
    if (!is_symlink(*inode) || (!follow && remaining.at_end(true))) {
        walk.at.step(inode);
        cross_down(walk.at);
        return Errno::OK;
    }
    const Errno e = follow_link(fs, *inode, remaining, walk);
    put_inode(inode);
    return e;
}

} // namespace

Errno walk_path(const Fs& fs, const Path& start, Text path, bool follow, Walk& walk) {
    if (path.size == 0) return Errno::ENOENT;
    walk.at.set(path.starts_with("/") ? fs.root : start);
    walk.last_missing = false;
    Remaining remaining(path);
    while (!remaining.empty()) {
        Text& rest = remaining.innermost();
        // What a slash comes after must be a directory.
        if (rest.starts_with("/") && !is_directory(*walk.at->inode)) return Errno::ENOTDIR;
        while (rest.starts_with("/")) rest = rest.from(1);
        if (rest.size == 0) {
            remaining.pop();
            continue;
        }
        if (!is_directory(*walk.at->inode)) return Errno::ENOTDIR;
        const Text name = rest.until(rest.find('/'));
        rest = rest.from(name.size);
        if (const Errno e = walk_part(fs, name, follow, remaining, walk); e != Errno::OK) return e;
    }
    return Errno::OK;
}

UserPath::UserPath(UserAddr from) : frame_(alloc_frame(FrameUse::other)) {
    if (frame_ == Pfn::none) {
        error_ = Errno::ENOMEM;
        return;
    }
    char* buffer = static_cast<char*>(page_of(frame_));
    const Result<u32> length = copy_string_from_user(buffer, from, PATH_MAX);
    error_ = length.error();
    if (length.ok()) text_ = {buffer, length.value()};
}

UserPath::~UserPath() {
    if (frame_ != Pfn::none) put_frame(frame_);
}

} // namespace forkproof
