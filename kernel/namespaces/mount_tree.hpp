// The tree of mounts of a namespace: its roots hang on places of others, and a walk crosses from one to the
// next (linux-2.6.33 fs/namespace.c).
#pragma once
#include "kernel/namespaces/mount.hpp"

namespace forkproof {

// mount's flags (linux-2.6.33 linux/fs.h).
inline constexpr u32 MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32,
                     MS_NOATIME = 1024, MS_NODIRATIME = 2048, MS_BIND = 4096, MS_MOVE = 8192, MS_REC = 16384,
                     MS_SILENT = 32768, MS_UNBINDABLE = 1 << 17, MS_PRIVATE = 1 << 18, MS_SLAVE = 1 << 19,
                     MS_SHARED = 1 << 20, MS_RELATIME = 1 << 21;
/// What a Mount itself remembers of them.
inline constexpr u32 MNT_FLAGS = MS_RDONLY | MS_NOEXEC;

/// A namespace whose root shows this directory. Null: ENOMEM.
[[nodiscard]] MntNs* create_mnt_ns(Inode* root, u32 id);
/// A namespace with a copy of each mount of `old`, in their order. Null: ENOMEM, and nothing has changed.
[[nodiscard]] MntNs* copy_mnt_ns(MntNs& old, u32 id);
/// Root and cwd that lie in a mount of `from` move to the same places in its copy (linux-2.6.33 copy_mnt_ns).
void move_paths(Fs& fs, MntNs& from, MntNs& to);
void put_mnt_ns(MntNs* ns);

/// A mount that shows `root`, with a count of one, in no namespace. Null: ENOMEM.
[[nodiscard]] Mount* create_mount(Inode* root, u32 flags);
/// Hangs a mount on a place; the caller's count passes to the namespace of that place.
void attach_mount(Mount& mount, const Path& where);
/// Takes a mount out of its namespace, and drops the namespace's count.
void detach_mount(Mount& mount);
/// Whether `mount` hangs somewhere below `top`, or is it.
[[nodiscard]] bool mounted_below(const Mount* mount, const Mount& top);

/// What is mounted on a place; null: nothing.
[[nodiscard]] Mount* mount_on(const Path& place);
/// From a place down to the root of what is mounted on it, and of what is mounted on that.
void cross_down(HeldPath& place);

/// Neither the mount nor its file system is read-only.
[[nodiscard]] inline bool may_write_to(const Path& place) {
    return !(place.mnt->flags & MS_RDONLY) && !place.inode->sb->read_only;
}

} // namespace forkproof
