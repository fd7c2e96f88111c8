#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/file_calls.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

/// The lowest descriptor from `from` on refers to the same open file.
i32 duplicate(u32 old_fd, u32 from, bool cloexec) {
    File* file = current_file(old_fd);
    if (!file) return negative(Errno::EBADF);
    Files& files = *current()->files;
    const Result<u32> fd = free_fd(files, from);
    if (!fd.ok()) return negative(fd.error());
    get_file(file);
    set_fd(files, fd.value(), file, cloexec);
    return static_cast<i32>(fd.value());
}

/// `new_fd` refers to the same open file; what it was before is closed.
i32 duplicate_to(u32 old_fd, u32 new_fd, bool cloexec) {
    Files& files = *current()->files;
    File* file = current_file(old_fd);
    if (!file || new_fd >= descriptor_limit()) return negative(Errno::EBADF);
    if (new_fd >= files.max_fds)
        if (const Result<u32> room = free_fd(files, new_fd); !room.ok()) return negative(room.error());
    get_file(file);
    File* before = remove_fd(files, new_fd);
    set_fd(files, new_fd, file, cloexec);
    if (before) put_file(before);
    return static_cast<i32>(new_fd);
}

i32 open_pipe(UserAddr to, u32 flags) {
    if (flags & ~(O_CLOEXEC | O_NONBLOCK)) return negative(Errno::EINVAL);
    Files& files = *current()->files;
    const u32 room = files.max_fds;
    File *in = nullptr, *out = nullptr;
    if (make_pipe(flags & O_NONBLOCK, in, out) != Errno::OK) return negative(Errno::ENFILE);
    const bool cloexec = flags & O_CLOEXEC;
    i32 fd[2] = {install_fd(files, in, cloexec), -1};
    if (fd[0] >= 0) fd[1] = install_fd(files, out, cloexec);
    i32 error = fd[0] < 0 ? fd[0] : fd[1] < 0 ? fd[1] : negative(put_user(fd, to));
    if (error == 0) return 0;
    for (const i32 n : fd)
        if (n >= 0) (void)remove_fd(files, static_cast<u32>(n));
    shrink_fdtable(files, room);
    put_file(out);
    put_file(in);
    return error;
}

i32 pipe_call(UserAddr to, u32 flags) {
    allocating_call_begins(AllocatingCall::pipe);
    const i32 answer = open_pipe(to, flags);
    allocating_call_ends(static_cast<Errno>(-answer));
    return answer;
}

// asm-generic/fcntl.h and linux/fcntl.h
enum FcntlCommand : u32 {
    F_DUPFD = 0,
    F_GETFD = 1,
    F_SETFD = 2,
    F_GETFL = 3,
    F_SETFL = 4,
    F_DUPFD_CLOEXEC = 1030
};
constexpr u32 FD_CLOEXEC = 1;
constexpr u32 O_NOATIME = 01000000;
constexpr u32 SETTABLE_FLAGS = O_APPEND | O_NONBLOCK | O_NOATIME;

// asm-generic/ioctls.h: what every kind of file answers (linux-2.6.33 do_vfs_ioctl)
enum IoctlCommand : u32 { FIONREAD = 0x541B, FIONBIO = 0x5421, FIONCLEX = 0x5450, FIOCLEX = 0x5451 };

i32 set_nonblocking(File& file, UserAddr argument) {
    i32 on = 0;
    if (const Errno e = get_user(on, argument); e != Errno::OK) return negative(e);
    file.f_flags = on ? file.f_flags | O_NONBLOCK : file.f_flags & ~O_NONBLOCK;
    return 0;
}

} // namespace

i32 sys_dup(PtRegs& regs) { return duplicate(regs.bx, 0, false); }

i32 sys_dup2(PtRegs& regs) {
    if (regs.bx != regs.cx) return duplicate_to(regs.bx, regs.cx, false);
    return current_file(regs.bx) ? static_cast<i32>(regs.bx) : negative(Errno::EBADF);
}

i32 sys_dup3(PtRegs& regs) {
    if ((regs.dx & ~O_CLOEXEC) != 0 || regs.bx == regs.cx) return negative(Errno::EINVAL);
    return duplicate_to(regs.bx, regs.cx, regs.dx & O_CLOEXEC);
}

i32 sys_pipe(PtRegs& regs) { return pipe_call(regs.bx, 0); }
i32 sys_pipe2(PtRegs& regs) { return pipe_call(regs.bx, regs.cx); }

i32 sys_fcntl(PtRegs& regs) { return sys_fcntl64(regs); }

i32 sys_fcntl64(PtRegs& regs) {
    const u32 fd = regs.bx, argument = regs.dx;
    Files& files = *current()->files;
    File* file = current_file(fd);
    if (!file) return negative(Errno::EBADF);
    switch (regs.cx) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (argument >= descriptor_limit()) return negative(Errno::EINVAL);
        return duplicate(fd, argument, regs.cx == F_DUPFD_CLOEXEC);
    case F_GETFD: return fd_cloexec(files, fd) ? FD_CLOEXEC : 0;
    case F_SETFD: set_fd_cloexec(files, fd, argument & FD_CLOEXEC); return 0;
    case F_GETFL: return static_cast<i32>(file->f_flags);
    case F_SETFL: file->f_flags = (file->f_flags & ~SETTABLE_FLAGS) | (argument & SETTABLE_FLAGS); return 0;
    default: return negative(Errno::EINVAL);
    }
}

i32 sys_ioctl(PtRegs& regs) {
    const u32 fd = regs.bx, command = regs.cx, argument = regs.dx;
    File* file = current_file(fd);
    if (!file) return negative(Errno::EBADF);
    switch (command) {
    case FIOCLEX: set_fd_cloexec(*current()->files, fd, true); return 0;
    case FIONCLEX: set_fd_cloexec(*current()->files, fd, false); return 0;
    case FIONBIO: return set_nonblocking(*file, argument);
    case FIONREAD:
        if (file->inode && is_regular(*file->inode))
            return negative(put_user(static_cast<u32>(file->inode->data.size - file->pos), argument));
        break;
    default: break;
    }
    return file->ops->ioctl ? file->ops->ioctl(*file, command, argument) : negative(Errno::ENOTTY);
}

} // namespace forkproof
