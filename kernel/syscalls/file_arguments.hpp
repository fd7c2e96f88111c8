// What the calls on files have in common: how they understand their arguments.
#pragma once
#include "kernel/files/path.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

inline constexpr i32 AT_FDCWD = -100; // linux/fcntl.h

/// The current task's open file behind a descriptor, not counted; null: EBADF.
[[nodiscard]] inline File* current_file(u32 fd) { return fd_file(*current()->files, fd); }

/// Where a relative path starts: the working directory (AT_FDCWD) or an open directory; an absolute path does
/// not ask. EBADF, ENOTDIR.
[[nodiscard]] inline Errno start_directory(u32 dirfd, Text path, Path& start) {
    start = current()->fs->pwd;
    if (static_cast<i32>(dirfd) == AT_FDCWD || path.starts_with("/")) return Errno::OK;
    const File* file = current_file(dirfd);
    if (!file) return Errno::EBADF;
    if (!file->inode || !is_directory(*file->inode)) return Errno::ENOTDIR;
    // A file that the kernel opened has no mount of its own: it lies in the task's.
    start = {file->mnt ? file->mnt : start.mnt, file->inode};
    return Errno::OK;
}

/// Whether a range lies in ring 3's half at all (linux-2.6.33 access_ok).
[[nodiscard]] constexpr bool user_range(UserAddr address, u32 size) {
    return size <= TASK_SIZE && address <= TASK_SIZE - size;
}

} // namespace forkproof
