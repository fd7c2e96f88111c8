#include "kernel/mm/uaccess.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/file_calls.hpp"

namespace forkproof {

namespace {

constexpr u32 PIPEFS_DEVICE = 0xff;   ///< st_dev of a pipe: no super block has it; Linux numbers them at boot
constexpr u32 SOCKFS_DEVICE = 0xfe;   ///< of a socket
constexpr u32 BLOCK_SIZE = PAGE_SIZE; ///< st_blksize
constexpr u32 BLOCKS_PER_PAGE = PAGE_SIZE / 512; ///< st_blocks counts 512 bytes

// linux/fcntl.h
constexpr u32 AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000,
              AT_STATX_SYNC_TYPE = 0x6000;

/// What all the calls tell, before it is put into their structures.
struct Attributes {
    u32 device, ino, mode, nlink, uid, gid, rdev, size, mtime;
};

Attributes attributes_of(const Inode& i) {
    return {.device = i.sb->device,
            .ino = i.ino,
            .mode = i.mode,
            .nlink = i.i_op && i.i_op->links ? i.i_op->links(i) : i.nlink,
            .uid = i.uid,
            .gid = i.gid,
            .rdev = i.rdev,
            .size = i.size,
            .mtime = i.mtime};
}

Attributes attributes_of(const File& f) {
    if (f.inode) return attributes_of(*f.inode);
    if (f.socket)
        return {.device = SOCKFS_DEVICE,
                .ino = f.socket->ino,
                .mode = S_IFSOCK | 0777,
                .nlink = 1,
                .uid = 0,
                .gid = 0,
                .rdev = 0,
                .size = 0,
                .mtime = 0};
    return {.device = PIPEFS_DEVICE,
            .ino = f.pipe->ino,
            .mode = S_IFIFO | 0600,
            .nlink = 1,
            .uid = 0,
            .gid = 0,
            .rdev = 0,
            .size = 0,
            .mtime = 0};
}

u32 blocks(const Attributes& a) { return page_up(a.size) / PAGE_SIZE * BLOCKS_PER_PAGE; }

/// linux-2.6.33 asm/stat.h struct stat64 for i386
struct Stat64 {
    u64 st_dev;
    u32 pad0, st_ino_low;
    u32 st_mode, st_nlink, st_uid, st_gid;
    u64 st_rdev;
    u32 pad3;
    u64 st_size;
    u32 st_blksize;
    u64 st_blocks;
    u32 st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime, st_ctime_nsec;
    u64 st_ino;
};
static_assert(sizeof(Stat64) == 96 && offsetof(Stat64, st_size) == 44 && offsetof(Stat64, st_ino) == 88);

i32 answer(const Attributes& a, UserAddr to) {
    Stat64 s = {};
    s.st_dev = a.device;
    s.st_ino = s.st_ino_low = a.ino;
    s.st_mode = a.mode;
    s.st_nlink = a.nlink;
    s.st_uid = a.uid;
    s.st_gid = a.gid;
    s.st_rdev = a.rdev;
    s.st_size = a.size;
    s.st_blksize = BLOCK_SIZE;
    s.st_blocks = blocks(a);
    s.st_atime = s.st_mtime = s.st_ctime = a.mtime;
    return negative(put_user(s, to));
}

/// linux/stat.h of 4.11, where this call begins: glibc 2.36 uses it for all others.
struct StatxTime {
    i64 seconds;
    u32 nanoseconds;
    u32 pad;
};
struct Statx {
    u32 stx_mask, stx_blksize;
    u64 stx_attributes;
    u32 stx_nlink, stx_uid, stx_gid;
    u16 stx_mode, pad0;
    u64 stx_ino, stx_size, stx_blocks, stx_attributes_mask;
    StatxTime stx_atime, stx_btime, stx_ctime, stx_mtime;
    u32 stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
    u64 spare[14];
};
static_assert(sizeof(Statx) == 256 && offsetof(Statx, stx_ino) == 32 && offsetof(Statx, stx_atime) == 64);
constexpr u32 STATX_BASIC_STATS = 0x7ff, STATX_RESERVED = 0x80000000;

i32 answer_statx(const Attributes& a, UserAddr to) {
    Statx s = {};
    s.stx_mask = STATX_BASIC_STATS;
    s.stx_blksize = BLOCK_SIZE;
    s.stx_nlink = a.nlink;
    s.stx_uid = a.uid;
    s.stx_gid = a.gid;
    s.stx_mode = static_cast<u16>(a.mode);
    s.stx_ino = a.ino;
    s.stx_size = a.size;
    s.stx_blocks = blocks(a);
    s.stx_atime.seconds = s.stx_ctime.seconds = s.stx_mtime.seconds = a.mtime;
    s.stx_rdev_major = a.rdev >> 8;
    s.stx_rdev_minor = a.rdev & 0xff;
    s.stx_dev_major = a.device >> 8;
    s.stx_dev_minor = a.device & 0xff;
    return negative(put_user(s, to));
}

/// What a path (or, with AT_EMPTY_PATH and an empty one, a descriptor) leads to.
Errno find(u32 dirfd, UserAddr path_address, u32 flags, Attributes& attributes) {
    const UserPath path(path_address);
    if (path.error() != Errno::OK) return path.error();
    const Fs& fs = *current()->fs;
    if (path.text().size == 0 && (flags & AT_EMPTY_PATH)) {
        const File* file = current_file(dirfd);
        if (!file && static_cast<i32>(dirfd) != AT_FDCWD) return Errno::EBADF;
        attributes = file ? attributes_of(*file) : attributes_of(*fs.pwd.inode);
        return Errno::OK;
    }
    if (path.text().size == 0) return Errno::ENOENT;
    Path start;
    if (const Errno e = start_directory(dirfd, path.text(), start); e != Errno::OK) return e;
    Walk walk;
    if (const Errno e = walk_path(fs, start, path.text(), !(flags & AT_SYMLINK_NOFOLLOW), walk);
        e != Errno::OK)
        return e;
    attributes = attributes_of(*walk.at->inode);
    return Errno::OK;
}

i32 stat_path(u32 dirfd, UserAddr path, u32 flags, UserAddr to) {
    Attributes a;
    if (const Errno e = find(dirfd, path, flags, a); e != Errno::OK) return negative(e);
    return answer(a, to);
}

} // namespace

i32 sys_stat64(PtRegs& regs) { return stat_path(static_cast<u32>(AT_FDCWD), regs.bx, 0, regs.cx); }
i32 sys_lstat64(PtRegs& regs) {
    return stat_path(static_cast<u32>(AT_FDCWD), regs.bx, AT_SYMLINK_NOFOLLOW, regs.cx);
}

i32 sys_fstat64(PtRegs& regs) {
    const File* file = current_file(regs.bx);
    return file ? answer(attributes_of(*file), regs.cx) : negative(Errno::EBADF);
}

i32 sys_fstatat64(PtRegs& regs) {
    if (regs.si & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) return negative(Errno::EINVAL);
    return stat_path(regs.bx, regs.cx, regs.si, regs.dx);
}

i32 sys_statx(PtRegs& regs) {
    const u32 flags = regs.dx;
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
        return negative(Errno::EINVAL);
    if ((flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE || (regs.si & STATX_RESERVED))
        return negative(Errno::EINVAL);
    Attributes a;
    if (const Errno e = find(regs.bx, regs.cx, flags, a); e != Errno::OK) return negative(e);
    return answer_statx(a, regs.di);
}

} // namespace forkproof
