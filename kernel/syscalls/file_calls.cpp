#include "kernel/syscalls/file_calls.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/file_arguments.hpp"

namespace forkproof {

namespace {

i32 open_from(u32 dirfd, UserAddr path_address, u32 flags, u32 mode) {
    const UserPath path(path_address);
    if (path.error() != Errno::OK) return negative(path.error());
    if (path.text().size == 0) return negative(Errno::ENOENT);
    Files& files = *current()->files;
    const Result<u32> fd = free_fd(files, 0);
    if (!fd.ok()) return negative(fd.error());
    Path start;
    if (const Errno e = start_directory(dirfd, path.text(), start); e != Errno::OK) return negative(e);
    const Result<File*> file = open_path(*current()->fs, start, path.text(), flags, mode);
    if (!file.ok()) return negative(file.error());
    // Nothing slept since free_fd, so the number is still free.
    set_fd(files, fd.value(), file.value(), flags & O_CLOEXEC);
    return static_cast<i32>(fd.value());
}

enum class Direction : u8 { read, write };

/// One call moves at most so many bytes (linux/fs.h MAX_RW_COUNT).
constexpr u32 MAX_RW_COUNT = 0x7fffffff & ~(PAGE_SIZE - 1);

bool permits(const File& file, Direction direction) {
    return direction == Direction::read ? readable(file) : writable(file);
}

/// One run of bytes, after the checks of linux-2.6.33 vfs_read and vfs_write.
i32 transfer(File& file, Direction direction, UserAddr address, u32 size, bool wait) {
    const auto operation = direction == Direction::read ? file.ops->read : file.ops->write;
    if (!operation) return negative(Errno::EINVAL);
    if (!user_range(address, size)) return negative(Errno::EFAULT);
    if (static_cast<i32>(size) < 0) return negative(Errno::EINVAL);
    return operation(file, address, size < MAX_RW_COUNT ? size : MAX_RW_COUNT, wait);
}

i32 transfer_call(const PtRegs& regs, Direction direction) {
    const BusyFile file(current_file(regs.bx));
    if (!file || !permits(*file, direction)) return negative(Errno::EBADF);
    return transfer(*file, direction, regs.cx, regs.dx, !(file->f_flags & O_NONBLOCK));
}

/// linux/uio.h
struct IoVec {
    UserAddr base;
    u32 length;
};
constexpr u32 UIO_MAXIOV = 1024;

/// The sum of all lengths, or what is wrong with one of them (linux-2.6.33 rw_copy_check_uvector).
i32 check_vector(UserAddr vector, u32 count) {
    if (count > UIO_MAXIOV) return negative(Errno::EINVAL);
    u32 total = 0;
    for (u32 i = 0; i < count; i++) {
        IoVec v;
        if (const Errno e = get_user(v, vector + i * sizeof v); e != Errno::OK) return negative(e);
        if (static_cast<i32>(v.length) < 0 || static_cast<i32>(total + v.length) < 0)
            return negative(Errno::EINVAL);
        if (!user_range(v.base, v.length)) return negative(Errno::EFAULT);
        total += v.length;
    }
    return static_cast<i32>(total);
}

i32 vector_call(const PtRegs& regs, Direction direction) {
    const BusyFile file(current_file(regs.bx));
    if (!file || !permits(*file, direction)) return negative(Errno::EBADF);
    const UserAddr vector = regs.cx;
    const u32 count = regs.dx;
    if (const i32 total = check_vector(vector, count); total <= 0) return total;
    const bool may_wait = !(file->f_flags & O_NONBLOCK);
    i32 done = 0;
    for (u32 i = 0; i < count; i++) {
        IoVec v;
        const Errno e = get_user(v, vector + i * sizeof v);
        // Who has read something does not wait for more.
        const bool wait = may_wait && (direction == Direction::write || done == 0);
        const i32 n = e != Errno::OK ? negative(e) : transfer(*file, direction, v.base, v.length, wait);
        if (n < 0) return done != 0 ? done : n;
        done += n;
        if (static_cast<u32>(n) != v.length) break;
    }
    return done;
}

enum Whence : u32 { SEEK_SET, SEEK_CUR, SEEK_END };

/// Moves a file's position. EBADF, EINVAL, ESPIPE.
i32 seek(u32 fd, i64 offset, u32 whence, i64& result) {
    File* file = current_file(fd);
    if (!file) return negative(Errno::EBADF);
    if (whence > SEEK_END) return negative(Errno::EINVAL);
    if (!file->ops->lseek) return negative(Errno::ESPIPE);
    return file->ops->lseek(*file, offset, static_cast<int>(whence), result);
}

} // namespace

i32 sys_open(PtRegs& regs) { return open_from(static_cast<u32>(AT_FDCWD), regs.bx, regs.cx, regs.dx); }
i32 sys_openat(PtRegs& regs) { return open_from(regs.bx, regs.cx, regs.dx, regs.si); }
i32 sys_creat(PtRegs& regs) {
    return open_from(static_cast<u32>(AT_FDCWD), regs.bx, O_CREAT | O_WRONLY | O_TRUNC, regs.cx);
}

i32 sys_close(PtRegs& regs) {
    File* file = remove_fd(*current()->files, regs.bx);
    if (!file) return negative(Errno::EBADF);
    put_file(file);
    return 0;
}

i32 sys_read(PtRegs& regs) { return transfer_call(regs, Direction::read); }
i32 sys_write(PtRegs& regs) { return transfer_call(regs, Direction::write); }
i32 sys_readv(PtRegs& regs) { return vector_call(regs, Direction::read); }
i32 sys_writev(PtRegs& regs) { return vector_call(regs, Direction::write); }

i32 sys_lseek(PtRegs& regs) {
    i64 result = 0;
    const i32 error = seek(regs.bx, static_cast<i32>(regs.cx), regs.dx, result);
    if (error != 0) return error;
    // The position has moved all the same: so it does in Linux.
    return result > 0x7fffffff ? negative(Errno::EOVERFLOW) : static_cast<i32>(result);
}

i32 sys_llseek(PtRegs& regs) {
    i64 result = 0;
    const auto offset = static_cast<i64>(u64{regs.cx} << 32 | regs.dx);
    const i32 error = seek(regs.bx, offset, regs.di, result);
    return error != 0 ? error : negative(put_user(result, regs.si));
}

} // namespace forkproof
