// The calls that make, change and take away names and files.
#include "kernel/files/namei.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/file_calls.hpp"

namespace forkproof {

namespace {

constexpr u32 HERE = static_cast<u32>(AT_FDCWD);
constexpr u32 AT_REMOVEDIR = 0x200; // linux/fcntl.h
constexpr u32 MODE_BITS = 07777;    // linux/stat.h S_IALLUGO

/// Calls f(fs, start, path) for a path of ring 3's that starts at a directory's descriptor.
template <class F>
i32 with_path(u32 dirfd, UserAddr address, F f) {
    const UserPath path(address);
    if (path.error() != Errno::OK) return negative(path.error());
    if (path.text().size == 0) return negative(Errno::ENOENT);
    Path start;
    if (const Errno e = start_directory(dirfd, path.text(), start); e != Errno::OK) return negative(e);
    return negative(f(*current()->fs, start, path.text()));
}

/// The same for two paths from the working directory.
template <class F>
i32 with_two_paths(UserAddr first, UserAddr second, F f) {
    const UserPath other(first);
    if (other.error() != Errno::OK) return negative(other.error());
    return with_path(HERE, second, [&](const Fs& fs, const Path& start, Text path) {
        return f(fs, other.text(), start, path);
    });
}

/// Calls f(place) for what a path leads to.
template <class F>
i32 with_place(UserAddr address, F f) {
    return with_path(HERE, address, [&](const Fs& fs, const Path& start, Text path) {
        Walk walk;
        const Errno e = walk_path(fs, start, path, true, walk);
        return e == Errno::OK ? f(*walk.at) : e;
    });
}

/// linux-2.6.33 inode_change_ok: the owner's, or CAP_FOWNER's.
Errno change_mode(const Path& at, u32 mode) {
    Inode& inode = *at.inode;
    if (!may_write_to(at)) return Errno::EROFS;
    if (current_accessor().uid != inode.uid && !capable(CAP_FOWNER)) return Errno::EPERM;
    mode &= MODE_BITS;
    if (!in_group(*current()->cred, inode.gid) && !capable(CAP_FSETID)) mode &= ~S_ISGID;
    inode.mode = (inode.mode & S_IFMT) | mode;
    return Errno::OK;
}

/// linux-2.6.33 inode_change_ok, notify_change: another owner is CAP_CHOWN's to give; another group also the
/// owner's, if he is in it. Who runs the file runs it as himself from then on.
Errno change_owner(const Path& at, u32 uid, u32 gid) {
    constexpr u32 KEEP = ~0U;
    Inode& inode = *at.inode;
    if (!may_write_to(at)) return Errno::EROFS;
    const bool owner = current_accessor().uid == inode.uid;
    if (uid != KEEP && !(owner && uid == inode.uid) && !capable(CAP_CHOWN)) return Errno::EPERM;
    if (gid != KEEP && !(owner && (gid == inode.gid || in_group(*current()->cred, gid))) &&
        !capable(CAP_CHOWN))
        return Errno::EPERM;
    if (uid != KEEP) inode.uid = uid;
    if (gid != KEEP) inode.gid = gid;
    if (is_directory(inode)) return Errno::OK;
    inode.mode &= ~S_ISUID;
    if (inode.mode & S_IXGRP) inode.mode &= ~S_ISGID;
    return Errno::OK;
}

Errno change_size(Inode& inode, i64 size) {
    if (size > 0xffffffffLL) return Errno::EFBIG;
    return truncate_inode(inode, static_cast<u32>(size));
}

i32 truncate_path(UserAddr path, i64 size) {
    if (size < 0) return negative(Errno::EINVAL);
    return with_place(path, [&](const Path& at) {
        if (is_directory(*at.inode)) return Errno::EISDIR;
        if (!is_regular(*at.inode)) return Errno::EINVAL;
        if (!may_write_to(at)) return Errno::EROFS;
        const Errno e = permission(*at.inode, MAY_WRITE);
        return e == Errno::OK ? change_size(*at.inode, size) : e;
    });
}

i32 truncate_file(u32 fd, i64 size) {
    if (size < 0) return negative(Errno::EINVAL);
    File* file = current_file(fd);
    if (!file) return negative(Errno::EBADF);
    if (!file->inode || !is_regular(*file->inode) || !writable(*file)) return negative(Errno::EINVAL);
    return negative(change_size(*file->inode, size));
}

i64 size_of(const PtRegs& regs) { return static_cast<i64>(u64{regs.dx} << 32 | regs.cx); }

i32 rmdir_from(u32 dirfd, UserAddr path) {
    return with_path(dirfd, path, [](const Fs& fs, const Path& start, Text text) {
        return remove_directory(fs, start, text);
    });
}
i32 unlink_from(u32 dirfd, UserAddr path) {
    return with_path(dirfd, path,
                     [](const Fs& fs, const Path& start, Text text) { return unlink_file(fs, start, text); });
}
i32 mkdir_from(u32 dirfd, UserAddr path, u32 mode) {
    return with_path(dirfd, path, [&](const Fs& fs, const Path& start, Text text) {
        return make_directory(fs, start, text, mode);
    });
}

} // namespace

i32 sys_mkdir(PtRegs& regs) { return mkdir_from(HERE, regs.bx, regs.cx); }
i32 sys_mkdirat(PtRegs& regs) { return mkdir_from(regs.bx, regs.cx, regs.dx); }
i32 sys_rmdir(PtRegs& regs) { return rmdir_from(HERE, regs.bx); }
i32 sys_unlink(PtRegs& regs) { return unlink_from(HERE, regs.bx); }
i32 sys_unlinkat(PtRegs& regs) {
    if (regs.dx & ~AT_REMOVEDIR) return negative(Errno::EINVAL);
    return regs.dx ? rmdir_from(regs.bx, regs.cx) : unlink_from(regs.bx, regs.cx);
}

i32 sys_symlink(PtRegs& regs) {
    return with_two_paths(regs.bx, regs.cx, [](const Fs& fs, Text target, const Path& start, Text path) {
        return make_symlink(fs, start, target, path);
    });
}
i32 sys_link(PtRegs& regs) {
    return with_two_paths(regs.bx, regs.cx, [](const Fs& fs, Text old, const Path& start, Text path) {
        return link_file(fs, fs.pwd, old, start, path);
    });
}
i32 sys_rename(PtRegs& regs) {
    return with_two_paths(regs.bx, regs.cx, [](const Fs& fs, Text old, const Path& start, Text path) {
        return rename_file(fs, fs.pwd, old, start, path);
    });
}

i32 sys_chmod(PtRegs& regs) {
    return with_place(regs.bx, [&](const Path& at) { return change_mode(at, regs.cx); });
}
i32 sys_fchmod(PtRegs& regs) {
    const File* file = current_file(regs.bx);
    if (!file) return negative(Errno::EBADF);
    if (!file->inode || !file->mnt) return negative(Errno::EROFS); // a pipe, or the kernel's own
    return negative(change_mode({file->mnt, file->inode}, regs.cx));
}

i32 sys_chown(PtRegs& regs) {
    return with_place(regs.bx, [&](const Path& at) { return change_owner(at, regs.cx, regs.dx); });
}
i32 sys_fchown(PtRegs& regs) {
    const File* file = current_file(regs.bx);
    if (!file) return negative(Errno::EBADF);
    if (!file->inode || !file->mnt) return negative(Errno::EROFS);
    return negative(change_owner({file->mnt, file->inode}, regs.cx, regs.dx));
}

i32 sys_truncate(PtRegs& regs) { return truncate_path(regs.bx, static_cast<i32>(regs.cx)); }
i32 sys_truncate64(PtRegs& regs) { return truncate_path(regs.bx, size_of(regs)); }
i32 sys_ftruncate(PtRegs& regs) { return truncate_file(regs.bx, static_cast<i32>(regs.cx)); }
i32 sys_ftruncate64(PtRegs& regs) { return truncate_file(regs.bx, size_of(regs)); }

} // namespace forkproof
