// /dev/null and /dev/zero.
#include "kernel/files/operations.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

constexpr char zeros[256] = {};

i32 null_read(File&, UserAddr, u32, bool) { return 0; }

i32 zero_read(File&, UserAddr to, u32 size, bool) {
    u32 done = 0;
    while (done < size) {
        u32 n = user_chunk(to + done, size - done);
        if (n > sizeof zeros) n = sizeof zeros;
        const Errno e = copy_to_user(to + done, zeros, n);
        if (e != Errno::OK && done == 0) return negative(e);
        if (e != Errno::OK) break;
        done += n;
    }
    return static_cast<i32>(done);
}

/// Takes everything and looks at nothing, not even at whether the address is good (as Linux does).
i32 swallow(File&, UserAddr, u32 size, bool) { return static_cast<i32>(size); }

i32 stay_at_start(File& file, i64, int, i64& result) {
    file.pos = result = 0;
    return 0;
}

} // namespace

constinit const FileOps null_ops = {.name = "null",
                                    .read = null_read,
                                    .write = swallow,
                                    .lseek = stay_at_start,
                                    .ioctl = nullptr,
                                    .release = nullptr};
constinit const FileOps zero_ops = {.name = "zero",
                                    .read = zero_read,
                                    .write = swallow,
                                    .lseek = stay_at_start,
                                    .ioctl = nullptr,
                                    .release = nullptr};

} // namespace forkproof
