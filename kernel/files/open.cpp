#include "kernel/files/namei.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount_tree.hpp"

namespace forkproof {

namespace {

/// ENXIO: a device that nobody drives (linux-2.6.33 chrdev_open).
constexpr Errno NO_DEVICE = Errno::ENXIO;

/// The order in which linux-2.6.33 do_filp_open and may_open refuse.
Errno may_open(const Inode& inode, u32 flags) {
    if (is_symlink(inode)) return Errno::ELOOP;
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return Errno::EEXIST;
    if (is_directory(inode) && (flags & O_CREAT)) return Errno::EISDIR;
    if ((flags & O_DIRECTORY) && !is_directory(inode)) return Errno::ENOTDIR;
    // Access mode 3 asks for both permissions and gives neither.
    u32 may = (flags & O_ACCMODE) == O_RDONLY ? MAY_READ : MAY_READ | MAY_WRITE;
    if ((flags & O_ACCMODE) == O_WRONLY) may = MAY_WRITE;
    if (flags & O_TRUNC) may |= MAY_WRITE;
    if (is_directory(inode) && (may & MAY_WRITE)) return Errno::EISDIR;
    if (const Errno e = permission(inode, may); e != Errno::OK) return e;
    return inode.ops ? Errno::OK : NO_DEVICE;
}

} // namespace

namespace {

/// What stands at the end of the path, made if need be and if the flags ask for it.
Errno find_or_create(const Fs& fs, const Path& start, Text path, u32 flags, u32 mode, Walk& walk,
                     bool& made) {
    const bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    const Errno e = walk_path(fs, start, path, !(flags & O_NOFOLLOW) && !exclusive, walk);
    made = false;
    if (e == Errno::OK && exclusive && is_symlink(*walk.at->inode)) return Errno::EEXIST;
    if (e != Errno::ENOENT || !walk.last_missing || !(flags & O_CREAT)) return e;
    if (path.data[path.size - 1] == '/') return Errno::EISDIR;
    const Result<Inode*> inode = create_file(*walk.at, walk.last, S_IFREG | (mode & 07777));
    if (!inode.ok()) return inode.error();
    walk.at.step(inode.value());
    made = true;
    return Errno::OK;
}

/// Reading, writing and cutting what is there already.
Errno may_use(const Path& at, u32 flags) {
    if (const Errno e = may_open(*at.inode, flags); e != Errno::OK) return e;
    const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
    if (!writes || !is_regular(*at.inode)) return Errno::OK;
    return may_write_to(at) ? Errno::OK : Errno::EROFS;
}

} // namespace

Result<File*> open_path(const Fs& fs, const Path& start, Text path, u32 flags, u32 mode) {
    Walk walk;
    bool made;
    if (const Errno e = find_or_create(fs, start, path, flags, mode, walk, made); e != Errno::OK) return e;
    // Who makes a file may open it, whatever its mode is.
    if (!made)
        if (const Errno e = may_use(*walk.at, flags); e != Errno::OK) return e;

    File* file = create<File>();
    if (!file) return Errno::ENOMEM;
    Inode& inode = *walk.at->inode;
    if ((flags & O_TRUNC) && is_regular(inode))
        if (const Errno e = truncate_inode(inode, 0); e != Errno::OK) {
            destroy(file);
            return e;
        }
    file->ops = inode.ops;
    file->f_flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
    const Path at = walk.at.give();
    file->inode = at.inode;
    file->mnt = at.mnt;
    return file;
}

} // namespace forkproof
