// Inodes, the names that lead to them, and the file systems that both belong to. A directory holds its
// entries, an entry holds its inode; open files, stored paths and walks under way hold inodes too, and each
// holds a mount besides, so that a file system outlives whoever stands in it.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

struct FileOps;
struct InodeOps;
struct ProcEntry;
class HeldPath;

inline constexpr u32 NAME_MAX = 255; // linux/limits.h

/// One name in one directory.
struct DirEntry {
    Text name;                  ///< in `storage`, or in the archive
    Inode* directory = nullptr; ///< which holds this entry
    Inode* inode = nullptr;     ///< counted
    u32 position = 0;           ///< of getdents: rises from entry to entry, and is not used again
    ListNode sibling;           ///< in its directory
    ListNode in_super_block;    ///< in its file system
    DirEntry* hash_next = nullptr;
    char storage[NAME_MAX + 1];
};

/// A file, directory, link or device. mode as in linux/stat.h (S_IFREG | 0755).
struct Inode {
    u32 count = 1; ///< entries, open files, paths, mounts, directories in it
    u32 mode = 0;
    u32 ino = 0;
    u32 uid = 0, gid = 0;
    u32 nlink = 1;
    u32 rdev = 0;                 ///< of a device: major << 8 | minor
    u32 mtime = 0;                ///< seconds since 1970
    u32 size = 0;                 ///< bytes of a file, or of a link's target
    const FileOps* ops = nullptr; ///< null: a device, socket or FIFO that this kernel cannot open, or a link
    const InodeOps* i_op = nullptr;
    SuperBlock* sb = nullptr; ///< not counted: whoever holds an inode holds a mount of its file system too
    Text data;                ///< in the initrd, and of every link: the contents
    Pfn* pages = nullptr;     ///< of a file in memory: a frame of frame numbers
    u32 mounted = 0;          ///< how many mounts lie on this, in all namespaces

    Inode* parent = nullptr;         ///< of a directory, counted; the root of a file system has none
    const DirEntry* entry = nullptr; ///< of a directory: its one name; null: it is a root, or removed
    List<DirEntry, &DirEntry::sibling> entries;
    u32 next_position = 2; ///< of the next entry; 0 and 1 are . and ..

    // of proc (kernel/proc/proc.hpp)
    const ProcEntry* proc = nullptr;
    Pid* pid = nullptr; ///< counted: whom it tells of; null: nobody in particular
    u32 fd = 0;         ///< which of the task's descriptors
};

/// One name as getdents tells it.
struct DirectoryItem {
    Text name; ///< in `storage`, or where it stands
    u32 ino = 0, mode = 0;
    char storage[16];
};

/// What the inodes of a file system can do. A missing function: EPERM.
struct InodeOps {
    /// The inode of a name in a directory, counted for the caller. ENOENT, ENOMEM.
    Result<Inode*> (*lookup)(Inode& directory, Text name);
    /// A new inode under a new name, counted for the caller; `mode` with its type, `target` of a link.
    /// ENOMEM.
    Result<Inode*> (*create)(Inode& directory, Text name, u32 mode, Text target);
    /// Cuts or extends a file. ENOMEM, EFBIG.
    Errno (*truncate)(Inode& inode, u32 size);
    /// The last holder is gone: gives back what the contents take.
    void (*evict)(Inode& inode);
    /// Takes a name away for rmdir or unlink, who have asked for permission. Without it a directory need only
    /// be empty; with it names are neither linked nor renamed. EPERM, EBUSY.
    Errno (*remove)(DirEntry& entry) = nullptr;

    // Of file systems whose names are no DirEntries (proc); elsewhere these are missing.

    /// The name at a position of a directory, or the first one behind it, to which `position` moves.
    bool (*entry_at)(const Inode& directory, i64& position, DirectoryItem& item) = nullptr;
    /// Follows a link that stands for a place: from its directory `at` goes there.
    Errno (*follow)(const Inode& link, HeldPath& at) = nullptr;
    /// The text of such a link; its length or -errno.
    i32 (*readlink)(const Inode& link, char* to, u32 size) = nullptr;
    /// Its name in its parent; empty if it has none any more.
    Text (*name)(const Inode& inode, DirectoryItem& buffer) = nullptr;
    /// st_nlink, where it is no field.
    u32 (*links)(const Inode& inode) = nullptr;
};

struct FileSystemType;

/// One file system, counted by its mounts.
struct SuperBlock {
    u32 count = 1;
    u32 device = 0;          ///< st_dev
    PidNs* pid_ns = nullptr; ///< of proc, counted: whose tasks it shows
    Inode* root = nullptr;   ///< counted
    const FileSystemType* type = nullptr;
    bool read_only = false, no_exec = false;
    u32 last_ino = 0;
    u32 frames = 0, most_frames = 0; ///< of contents: in use, and how many may be
    List<DirEntry, &DirEntry::in_super_block> entries;
};

/// A kind of file system, which mount knows by its name.
struct FileSystemType {
    const char* name;
    /// A file system for a new mount, counted once for the caller. `data` are mount's options. ENOMEM.
    Result<SuperBlock*> (*mount)(Text data);
    /// The last mount is gone, and all names are.
    void (*kill_sb)(SuperBlock& sb) = nullptr;
};
/// ENODEV: no such type is known (kernel/files/file_systems.cpp).
Result<const FileSystemType*> find_file_system_type(Text name);

inline constexpr u32 S_IFMT = 0170000, S_IFREG = 0100000, S_IFDIR = 0040000, S_IFCHR = 0020000,
                     S_IFIFO = 0010000, S_IFSOCK = 0140000, S_IFLNK = 0120000, S_IFBLK = 0060000,
                     S_ISUID = 04000, S_IXGRP = 00010, S_ISGID = 02000, S_ISVTX = 01000;
[[nodiscard]] inline bool is_directory(const Inode& i) { return (i.mode & S_IFMT) == S_IFDIR; }
[[nodiscard]] inline bool is_regular(const Inode& i) { return (i.mode & S_IFMT) == S_IFREG; }
[[nodiscard]] inline bool is_symlink(const Inode& i) { return (i.mode & S_IFMT) == S_IFLNK; }

inline void get_inode(Inode* i) { i->count++; }
/// Frees an inode that nobody holds any more, and its parents as far as nobody else holds them.
void free_inode(Inode* i);
inline void put_inode(Inode* i) {
    if (--i->count == 0) free_inode(i);
}

/// A super block without a root; its mounts will count it. Null: ENOMEM.
[[nodiscard]] SuperBlock* create_super_block(const FileSystemType& type);
inline void get_super_block(SuperBlock* sb) { sb->count++; }
/// Drops one count; the last one takes the whole tree away, in which nobody stands any more.
void put_super_block(SuperBlock* sb);

/// An inode of the file system with a count of one and the next number. Null: ENOMEM.
[[nodiscard]] Inode* create_inode(SuperBlock& sb, u32 mode);
/// What the file system of a directory finds under a name (InodeOps::lookup).
Result<Inode*> lookup_inode(Inode& directory, Text name);
/// What the file system of a directory does to make a file in it (InodeOps::create). EPERM: it makes none.
Result<Inode*> make_inode(Inode& directory, Text name, u32 mode, Text target = {});
/// What the file system of a file does to change its size (InodeOps::truncate). EPERM: it does not.
[[nodiscard]] Errno truncate_inode(Inode& inode, u32 size);
/// A new name for an inode, which is counted once more; a directory gets its parent. The name is copied
/// unless it is `permanent`. Null: ENOMEM.
[[nodiscard]] DirEntry* add_entry(Inode& directory, Text name, Inode& inode, bool permanent = false);
/// Takes a name away, with its count on the inode.
void remove_entry(DirEntry* entry);
/// For file systems whose directories are their entries: what stands there, counted for the caller. ENOENT.
Result<Inode*> lookup_entry(Inode& directory, Text name);
/// The entry of a directory with this name; null if there is none.
[[nodiscard]] DirEntry* find_entry(const Inode& directory, Text name);

} // namespace forkproof
