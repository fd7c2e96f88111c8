#include "kernel/files/path.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/nsproxy.hpp"

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

Result<File*> open_path(const Fs& fs, const Path& start, Text path, u32 flags) {
    const bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    Walk walk;
    if (const Errno e = walk_path(fs, start, path, !(flags & O_NOFOLLOW) && !exclusive, walk);
        e != Errno::OK) {
        if (e != Errno::ENOENT || !walk.last_missing || !(flags & O_CREAT)) return e;
        return path.data[path.size - 1] == '/' ? Errno::EISDIR : Errno::EROFS;
    }
    if (exclusive && is_symlink(*walk.at->inode)) return Errno::EEXIST;
    if (const Errno e = may_open(*walk.at->inode, flags); e != Errno::OK) return e;

    File* file = create<File>();
    if (!file) return Errno::ENOMEM;
    file->ops = walk.at->inode->ops;
    file->f_flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
    const Path at = walk.at.give();
    file->inode = at.inode;
    file->mnt = at.mnt;
    return file;
}

} // namespace forkproof
