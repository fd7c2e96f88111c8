// Paths: from a text to a place in the tree, and whether a task may go there.
#pragma once
#include "kernel/files/file.hpp"
#include "kernel/files/inode.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

inline constexpr u32 PATH_MAX = 4096;   // linux/limits.h
inline constexpr u32 MAX_SYMLINKS = 40; // linux/namei.h MAXSYMLINKS

/// What is asked of an inode (linux/fs.h).
inline constexpr u32 MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4;

/// Whom a permission is asked for.
struct Accessor {
    u32 uid, gid;
    u64 capabilities;
    const Cred* groups; ///< whose groups count
};
/// The current task as files see it: fsuid, fsgid, effective capabilities.
[[nodiscard]] Accessor current_accessor();

/// OK, EACCES, or EROFS for writing what lies in a read-only file system (linux-2.6.33 inode_permission). A
/// capability that decides marks the current task as having used it.
[[nodiscard]] Errno permission(const Inode& inode, u32 may, const Accessor& who = current_accessor());

/// Where a walk ended, held while this lives. After ENOENT: `last_missing` says that only the part `last` is
/// not there, in the directory `at`.
struct Walk {
    HeldPath at;
    bool last_missing = false;
    Text last; ///< in the path that was walked, or in a link: valid until something sleeps
};

/// Follows a path from `start` (from the root if it begins with a slash), with . and .. (never above the
/// root) and symbolic links; the last one only if `follow`, or if a slash comes after it. ENOENT, ENOTDIR,
/// EACCES, ELOOP, ENAMETOOLONG.
[[nodiscard]] Errno walk_path(const Fs& fs, const Path& start, Text path, bool follow, Walk& walk);

/// Opens what a path leads to, with open's flags and the mode of a new file: a file with a count of one.
/// Linux's errnos.
Result<File*> open_path(const Fs& fs, const Path& start, Text path, u32 flags, u32 mode);

/// A path that a program passed, copied into a frame of its own. ENOMEM, EFAULT, ENAMETOOLONG.
class UserPath {
  public:
    explicit UserPath(UserAddr from);
    ~UserPath();
    UserPath(const UserPath&) = delete;
    UserPath& operator=(const UserPath&) = delete;
    [[nodiscard]] Errno error() const { return error_; }
    [[nodiscard]] Text text() const { return text_; }

  private:
    Pfn frame_;
    Errno error_ = Errno::OK;
    Text text_;
};

} // namespace forkproof
