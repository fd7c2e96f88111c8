#include "kernel/files/file.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/frame.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 BITS_PER_WORD = 32;
static_assert(NR_OPEN * sizeof(File*) == PAGE_SIZE && sizeof(File*) == 4);

/// Moves the descriptors to a page of their own. ENOMEM.
Errno grow(Files& files) {
    const Pfn frame = alloc_frame(FrameUse::other);
    if (frame == Pfn::none) return Errno::ENOMEM;
    auto** page = static_cast<File**>(page_of(frame));
    clear_page(page);
    memcpy(page, files.fd, NR_OPEN_DEFAULT * sizeof(File*));
    files.fd = page;
    files.max_fds = NR_OPEN;
    return Errno::OK;
}

void advance_next_fd(Files& files) {
    while (files.next_fd < files.max_fds && files.fd[files.next_fd]) files.next_fd++;
}

} // namespace

u32 descriptor_limit() {
    const Signal* signal = current()->signal;
    const u32 limit = signal ? signal->rlim[RLIMIT_NOFILE].cur : NR_OPEN;
    return limit < NR_OPEN ? limit : NR_OPEN;
}

Files* dup_files(Files* old, Errno& error) {
    error = Errno::ENOMEM;
    auto* files = static_cast<Files*>(kmem_alloc(Kind::files)); // all of it is written here, once
    if (!files) return nullptr;
    files->count = 1;
    files->max_fds = NR_OPEN_DEFAULT;
    files->fd = files->fd_array;
    files->next_fd = old->next_fd;
    files->end_fd = old->end_fd;
    memcpy(files->fd_array, old->fd, sizeof files->fd_array);
    memcpy(files->close_on_exec, old->close_on_exec, sizeof files->close_on_exec);
    if (old->end_fd > NR_OPEN_DEFAULT) {
        if (grow(*files) != Errno::OK) {
            destroy(files);
            return nullptr;
        }
        memcpy(files->fd, old->fd, old->end_fd * sizeof(File*));
    }
    for (u32 i = 0; i < files->end_fd; i++)
        if (files->fd[i]) get_file(files->fd[i]);
    error = Errno::OK;
    return files;
}

void put_files(Files* f) {
    if (--f->count != 0) return;
    for (u32 i = 0; i < f->end_fd; i++)
        if (f->fd[i]) put_file(f->fd[i]);
    if (f->fd != f->fd_array) put_frame(pfn(to_physical(f->fd)));
    destroy(f);
}

File* fd_file(Files& files, u32 fd) { return fd < files.max_fds ? files.fd[fd] : nullptr; }

Result<u32> free_fd(Files& files, u32 from) {
    const u32 limit = descriptor_limit();
    u32 fd = from > files.next_fd ? from : files.next_fd;
    while (fd < files.max_fds && files.fd[fd]) fd++;
    if (fd >= limit) return Errno::EMFILE;
    if (fd >= files.max_fds && grow(files) != Errno::OK) return Errno::ENOMEM;
    return fd;
}

void set_fd(Files& files, u32 fd, File* file, bool cloexec) {
    FORKPROOF_ASSERT(fd < files.max_fds && !files.fd[fd]);
    files.fd[fd] = file;
    if (fd >= files.end_fd) files.end_fd = fd + 1;
    set_fd_cloexec(files, fd, cloexec);
    advance_next_fd(files);
}

void shrink_fdtable(Files& files, u32 max_fds) {
    if (files.max_fds == max_fds) return;
    FORKPROOF_ASSERT(max_fds == NR_OPEN_DEFAULT && files.end_fd <= NR_OPEN_DEFAULT);
    memcpy(files.fd_array, files.fd, sizeof files.fd_array);
    put_frame(pfn(to_physical(files.fd)));
    files.fd = files.fd_array;
    files.max_fds = max_fds;
}

i32 install_fd(Files& files, File* file, bool cloexec) {
    const Result<u32> fd = free_fd(files, 0);
    if (!fd.ok()) return negative(fd.error());
    set_fd(files, fd.value(), file, cloexec);
    return static_cast<i32>(fd.value());
}

File* remove_fd(Files& files, u32 fd) {
    File* file = fd_file(files, fd);
    if (!file) return nullptr;
    files.fd[fd] = nullptr;
    set_fd_cloexec(files, fd, false);
    if (fd < files.next_fd) files.next_fd = fd;
    while (files.end_fd != 0 && !files.fd[files.end_fd - 1]) files.end_fd--;
    return file;
}

bool fd_cloexec(const Files& files, u32 fd) {
    return files.close_on_exec[fd / BITS_PER_WORD] >> (fd % BITS_PER_WORD) & 1;
}

void set_fd_cloexec(Files& files, u32 fd, bool on) {
    const u32 bit = 1U << (fd % BITS_PER_WORD);
    u32& word = files.close_on_exec[fd / BITS_PER_WORD];
    word = on ? word | bit : word & ~bit;
}

void close_on_exec(Files& files) {
    for (u32 fd = 0; fd < files.max_fds; fd++) {
        if (fd % BITS_PER_WORD == 0 && files.close_on_exec[fd / BITS_PER_WORD] == 0) {
            fd += BITS_PER_WORD - 1;
        } else if (fd_cloexec(files, fd)) {
            put_file(remove_fd(files, fd));
        }
    }
}

} // namespace forkproof
