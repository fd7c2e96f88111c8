// Where a task stands in the tree: mounts, the mount namespaces that own them, and the fs_struct with root
// and working directory.
#pragma once
#include "kernel/files/inode.hpp"
#include "kernel/lib/kinds.hpp"

namespace forkproof {

/// A mounted file system, or a part of one. Counted by its namespace, by the mounts that hang on it, by every
/// Fs that stands in it, and by open files.
struct Mount {
    u32 count = 1;
    MntNs* mnt_ns = nullptr;     ///< null: it has been unmounted, or the namespace is gone
    Mount* parent = nullptr;     ///< counted; the root of a namespace has none
    Inode* mountpoint = nullptr; ///< counted: what it hangs on, in the parent
    Inode* root = nullptr;       ///< counted: what it shows
    SuperBlock* sb = nullptr;    ///< counted: root's
    u32 flags = 0;               ///< MS_RDONLY, MS_NOEXEC
    ListNode node;               ///< in its namespace
};
struct MntNs {
    u32 count = 1;
    u32 id = 0;
    List<Mount, &Mount::node> mounts; ///< counted; the root first, parents before children
    Mount* root = nullptr;
};

/// A place in the tree: linux-2.6.33 struct path. Both are counted by whoever
/// stores a Path.
struct Path {
    Mount* mnt = nullptr;
    Inode* inode = nullptr;
};

/// Root, working directory and umask (fs_struct). Tasks made with CLONE_FS share one.
struct Fs {
    u32 users = 1;
    bool in_exec = false; ///< a task that shares this is in execve (linux-2.6.33 check_unsafe_exec)
    u32 umask = 022;
    Path root, pwd;
};

inline void get_mount(Mount* m) { m->count++; }
void put_mount(Mount* m);

inline void get_path(const Path& p) {
    get_mount(p.mnt);
    get_inode(p.inode);
}
/// The inode first: its file system lives as long as the mount.
inline void put_path(const Path& p) {
    put_inode(p.inode);
    put_mount(p.mnt);
}

/// A place that is held while this lives.
class HeldPath {
  public:
    HeldPath() = default;
    explicit HeldPath(const Path& p) { set(p); }
    ~HeldPath() { set({}); }
    HeldPath(const HeldPath&) = delete;
    HeldPath& operator=(const HeldPath&) = delete;
    /// Holds this place instead.
    void set(const Path& to) {
        if (to.inode) get_path(to);
        take(to);
    }
    /// As set, but the caller's counts pass to this.
    void take(const Path& to) {
        const Path old = path_;
        path_ = to;
        if (old.inode) put_path(old);
    }
    /// Another inode of the same mount, whose count passes to this.
    void step(Inode* to) {
        put_inode(path_.inode);
        path_.inode = to;
    }
    /// The counts pass to the caller.
    [[nodiscard]] Path give() {
        const Path p = path_;
        path_ = {};
        return p;
    }
    [[nodiscard]] const Path& operator*() const { return path_; }
    [[nodiscard]] const Path* operator->() const { return &path_; }

  private:
    Path path_;
};

/// A copy of root, cwd and umask with counts of its own; null if memory is out.
[[nodiscard]] Fs* dup_fs(Fs* old);
inline void get_fs(Fs* f) { f->users++; }
void put_fs(Fs* f);

} // namespace forkproof
