// The tree of files that the kernel boots with: an index over the cpio archive, which stays where the loader
// put it. Read-only and never freed, so an Inode needs no count.
#pragma once
#include "kernel/files/file.hpp"

namespace forkproof {

/// A file or directory. mode as in linux/stat.h (S_IFREG | 0755).
struct Inode {
    Text path; ///< from the root, without a leading slash; "" is the root itself
    u32 mode = 0;
    u32 ino = 0;
    u32 uid = 0, gid = 0;
    Text data;                    ///< a symbolic link's: its target
    const FileOps* ops = nullptr; ///< null: a device, socket or FIFO that this kernel cannot open, or a link
    u32 rdev = 0;                 ///< of a device: major << 8 | minor
    u32 nlink = 1;
    u32 mtime = 0; ///< seconds since 1970

    Text name;                     ///< the last part of the path
    const Inode* parent = nullptr; ///< the root's is the root
    Inode* first_child = nullptr;  ///< of a directory, in the archive's order
    Inode* last_child = nullptr;   ///< ...
    Inode* next_sibling = nullptr; ///< ...
    Inode* next_in_hash = nullptr;
};

inline constexpr u32 S_IFMT = 0170000, S_IFREG = 0100000, S_IFDIR = 0040000, S_IFCHR = 0020000,
                     S_IFIFO = 0010000, S_IFLNK = 0120000, S_IFBLK = 0060000, S_ISUID = 04000,
                     S_ISGID = 02000;
[[nodiscard]] inline bool is_directory(const Inode& i) { return (i.mode & S_IFMT) == S_IFDIR; }
[[nodiscard]] inline bool is_regular(const Inode& i) { return (i.mode & S_IFMT) == S_IFREG; }
[[nodiscard]] inline bool is_symlink(const Inode& i) { return (i.mode & S_IFMT) == S_IFLNK; }

/// Reads the archive; says on the console and panics if it is corrupt (names the entry and the offset).
void initrd_init(Text archive);
/// The whole contents of a file by its path from the root, for the kernel itself; empty if there is none.
[[nodiscard]] Text initrd_file(Text path);
[[nodiscard]] const Inode* initrd_root();

/// The entry of a directory with this name; null if there is none.
[[nodiscard]] const Inode* find_child(const Inode* directory, Text name);

} // namespace forkproof
