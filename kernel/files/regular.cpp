// Ordinary files and directories of the initrd.
#include "kernel/files/initrd.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

enum Whence : int { SEEK_SET, SEEK_CUR, SEEK_END };

i32 regular_read(File& file, UserAddr to, u32 size, bool) {
    const Text data = file.inode->data;
    if (file.pos >= static_cast<i64>(data.size)) return 0;
    const auto from = static_cast<u32>(file.pos);
    if (size > data.size - from) size = data.size - from;
    u32 done = 0;
    while (done < size) {
        const u32 n = user_chunk(to + done, size - done);
        const Errno e = copy_to_user(to + done, data.data + from + done, n);
        if (e != Errno::OK && done == 0) return negative(e);
        if (e != Errno::OK) break;
        done += n;
    }
    file.pos += done;
    return static_cast<i32>(done);
}

/// The largest file of a 32-bit kernel (linux/fs.h MAX_LFS_FILESIZE).
constexpr i64 MAX_FILE_SIZE = (i64{PAGE_SIZE} << 31) - 1;

i32 move_to(File& file, i64 base, i64 offset, i64& result) {
    i64 pos = 0;
    if (__builtin_add_overflow(base, offset, &pos) || pos < 0 || pos > MAX_FILE_SIZE)
        return negative(Errno::EINVAL);
    file.pos = result = pos;
    return 0;
}

} // namespace

i32 regular_lseek(File& file, i64 offset, int whence, i64& result) {
    const i64 base = whence == SEEK_SET   ? 0
                     : whence == SEEK_CUR ? file.pos
                                          : static_cast<i64>(file.inode->size);
    return move_to(file, base, offset, result);
}

namespace {

i32 directory_read(File&, UserAddr, u32, bool) { return negative(Errno::EISDIR); }

/// A directory's position is the number of its next entry; its end is nowhere (linux-2.6.33
/// dcache_dir_lseek).
i32 directory_lseek(File& file, i64 offset, int whence, i64& result) {
    if (whence == SEEK_END) return negative(Errno::EINVAL);
    return move_to(file, whence == SEEK_CUR ? file.pos : 0, offset, result);
}

} // namespace

// Neither can be opened for writing: the tree is read-only.
constinit const FileOps regular_ops = {.name = "file",
                                       .read = regular_read,
                                       .write = nullptr,
                                       .lseek = regular_lseek,
                                       .ioctl = nullptr,
                                       .release = nullptr};
constinit const FileOps directory_ops = {.name = "directory",
                                         .read = directory_read,
                                         .write = nullptr,
                                         .lseek = directory_lseek,
                                         .ioctl = nullptr,
                                         .release = nullptr};

} // namespace forkproof
