// Where a task stands in the tree: mounts, the mount namespaces that own them, and the fs_struct with root
// and working directory.
#pragma once
#include "kernel/lib/kinds.hpp"

namespace forkproof {

struct Inode;

struct MntNs {
    u32 count = 1;
    u32 id = 0;
    Mount* root = nullptr; ///< counted
};
/// A mounted tree. Counted by its namespace, by every Fs that stands in it, and by open files.
struct Mount {
    u32 count = 1;
    MntNs* mnt_ns = nullptr; ///< null once the namespace is gone
    const Inode* root = nullptr;
};

/// A place in the tree: linux-2.6.33 struct path. `mnt` is counted by whoever stores a Path.
struct Path {
    Mount* mnt = nullptr;
    const Inode* inode = nullptr;
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

/// A copy of root, cwd and umask with counts of its own; null if memory is out.
[[nodiscard]] Fs* dup_fs(Fs* old);
inline void get_fs(Fs* f) { f->users++; }
void put_fs(Fs* f);

} // namespace forkproof
