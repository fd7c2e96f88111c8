// What changes names: each call of linux-2.6.33 fs/namei.c here answers its errnos in its order.
#pragma once
#include "kernel/files/path.hpp"

namespace forkproof {

/// What the last part of a path is.
enum class LastPart : u8 { name, dot, dotdot, root };

/// The directory in which the last part of a path stands or would stand, held while this lives.
struct ParentWalk {
    HeldPath at;
    Text last;
    LastPart type = LastPart::root;
    bool slash = false; ///< slashes come after the last part
};

/// Walks to the directory of a path's last part, which is not looked up. As walk_path.
[[nodiscard]] Errno walk_parent(const Fs& fs, const Path& start, Text path, ParentWalk& walk);

/// A new file under the last part of a walk that found nothing there, counted for the caller; `mode` with its
/// type, without the umask. EROFS, EACCES, ENOENT in a directory that has been removed.
Result<Inode*> create_file(const Path& directory, Text name, u32 mode);

[[nodiscard]] Errno make_directory(const Fs& fs, const Path& start, Text path, u32 mode);
[[nodiscard]] Errno remove_directory(const Fs& fs, const Path& start, Text path);
[[nodiscard]] Errno unlink_file(const Fs& fs, const Path& start, Text path);
[[nodiscard]] Errno make_symlink(const Fs& fs, const Path& start, Text target, Text path);
/// A further name for a file, which is not followed if it is a link.
[[nodiscard]] Errno link_file(const Fs& fs, const Path& old_start, Text old_path, const Path& start,
                              Text path);
[[nodiscard]] Errno rename_file(const Fs& fs, const Path& old_start, Text old_path, const Path& start,
                                Text path);

} // namespace forkproof
