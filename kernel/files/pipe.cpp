#include "kernel/files/operations.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/frame.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 PIPE_SIZE = PIPE_PAGES * PAGE_SIZE;
/// Writes of at most so many bytes come out in one piece (linux/limits.h).
constexpr u32 PIPE_BUF = 4096;
constexpr u32 FIONREAD = 0x541B; // asm-generic/ioctls.h

u32 smaller(u32 a, u32 b) { return a < b ? a : b; }

/// Whether a page of the ring is in memory at this place, getting one if not.
bool page_present(Pipe& pipe, u32 position) {
    u8*& page = pipe.page[position / PAGE_SIZE];
    if (page) return true;
    const Pfn frame = alloc_frame(FrameUse::other);
    if (frame == Pfn::none) return false;
    page = static_cast<u8*>(page_of(frame));
    return true;
}

/// Gives the frames back but the first ones, up to `keep`.
void free_pages(Pipe& pipe, u32 keep) {
    for (u32 i = keep; i < PIPE_PAGES; i++) {
        if (pipe.page[i]) put_frame(pfn(to_physical(pipe.page[i])));
        pipe.page[i] = nullptr;
    }
}

/// Nothing was done: sleeps until the other side does something. OK, EAGAIN, or ERESTARTSYS for a signal.
Errno wait_for_other_side(Pipe& pipe, bool wait) {
    if (!wait) return Errno::EAGAIN;
    if (signal_pending(*current())) return Errno::ERESTARTSYS;
    sleep_on(pipe.wait, SleepState::interruptible);
    return Errno::OK;
}

/// Takes bytes out of the ring, as many as there are and fit. `done` is how many, also after an error.
Errno take_bytes(Pipe& pipe, UserAddr to, u32 size, u32& done) {
    while (done < size && pipe.length != 0) {
        const u32 in_page = PAGE_SIZE - pipe.head % PAGE_SIZE;
        const u32 n = smaller(smaller(user_chunk(to + done, size - done), in_page), pipe.length);
        const u8* from = pipe.page[pipe.head / PAGE_SIZE] + pipe.head % PAGE_SIZE;
        if (const Errno e = copy_to_user(to + done, from, n); e != Errno::OK) return e;
        pipe.head = (pipe.head + n) % PIPE_SIZE;
        pipe.length -= n;
        done += n;
    }
    if (pipe.length == 0) {
        pipe.head = 0;
        free_pages(pipe, 1);
    }
    return Errno::OK;
}

/// Puts one piece into the ring, which has room for it: all of it becomes readable, or nothing.
Errno put_piece(Pipe& pipe, UserAddr from, u32 size) {
    for (u32 done = 0; done < size;) {
        const u32 position = (pipe.head + pipe.length + done) % PIPE_SIZE;
        if (!page_present(pipe, position)) return Errno::ENOMEM;
        const u32 in_page = PAGE_SIZE - position % PAGE_SIZE;
        const u32 n = smaller(user_chunk(from + done, size - done), in_page);
        u8* to = pipe.page[position / PAGE_SIZE] + position % PAGE_SIZE;
        if (const Errno e = copy_from_user(to, from + done, n); e != Errno::OK) return e;
        done += n;
    }
    pipe.length += size;
    return Errno::OK;
}

} // namespace

i32 read_pipe(Pipe& pipe, UserAddr to, u32 size, bool wait) {
    if (size == 0) return 0;
    while (pipe.length == 0) {
        if (pipe.writers == 0) return 0;
        if (const Errno e = wait_for_other_side(pipe, wait); e != Errno::OK) return negative(e);
    }
    u32 done = 0;
    const Errno e = take_bytes(pipe, to, size, done);
    if (done == 0) return negative(e);
    wake_up(pipe.wait);
    return static_cast<i32>(done);
}

i32 write_pipe(Pipe& pipe, UserAddr from, u32 size, bool wait, bool signals) {
    u32 done = 0;
    Errno e = Errno::OK;
    while (done < size && e == Errno::OK) {
        const u32 room = PIPE_SIZE - pipe.length;
        if (pipe.readers == 0) {
            if (signals) send_signal(*current(), SIGPIPE, false);
            e = Errno::EPIPE;
        } else if (room == 0 || (size <= PIPE_BUF && room < size)) {
            e = wait_for_other_side(pipe, wait);
        } else {
            const u32 n = smaller(smaller(size - done, room), PIPE_BUF);
            e = put_piece(pipe, from + done, n);
            if (e != Errno::OK) break;
            done += n;
            wake_up(pipe.wait);
        }
    }
    return done != 0 || size == 0 ? static_cast<i32>(done) : negative(e);
}

namespace {

i32 pipe_read(File& file, UserAddr to, u32 size, bool wait) { return read_pipe(*file.pipe, to, size, wait); }

i32 pipe_write(File& file, UserAddr from, u32 size, bool wait) {
    return write_pipe(*file.pipe, from, size, wait, true);
}

i32 pipe_ioctl(File& file, u32 command, UserAddr argument) {
    if (command != FIONREAD) return negative(Errno::EINVAL);
    return negative(put_user(file.pipe->length, argument));
}

void free_pipe(Pipe* pipe) {
    free_pages(*pipe, 0);
    destroy(pipe);
}

void pipe_release(File& file) { close_pipe_end(file.pipe, readable(file)); }

u32 pipes_made;

} // namespace

constinit const FileOps pipe_ops = {.name = "pipe",
                                    .read = pipe_read,
                                    .write = pipe_write,
                                    .lseek = nullptr,
                                    .ioctl = pipe_ioctl,
                                    .release = pipe_release};

void close_pipe_end(Pipe* pipe, bool reader) {
    if (reader)
        pipe->readers--;
    else
        pipe->writers--;
    if (pipe->readers == 0 && pipe->writers == 0) {
        free_pipe(pipe);
    } else {
        wake_up(pipe->wait);
    }
}

Errno make_pipe(u32 f_flags, File*& read_end, File*& write_end) {
    Pipe* pipe = create<Pipe>();
    File* in = pipe ? create<File>() : nullptr;
    File* out = in ? create<File>() : nullptr;
    if (!out) {
        if (in) destroy(in);
        if (pipe) destroy(pipe);
        return Errno::ENOMEM;
    }
    File* const ends[] = {in, out};
    pipe->readers = pipe->writers = 1;
    pipe->ino = ++pipes_made;
    for (File* f : ends) {
        f->ops = &pipe_ops;
        f->pipe = pipe;
        f->f_flags = f_flags | (f == in ? O_RDONLY : O_WRONLY);
    }
    read_end = in;
    write_end = out;
    return Errno::OK;
}

} // namespace forkproof
