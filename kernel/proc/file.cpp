// Reading and writing the files of proc.
#include "kernel/files/operations.hpp"
#include "kernel/files/path_text.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/proc/proc.hpp"

namespace forkproof {

namespace {

/// At most a page in one call, made anew for each.
i32 proc_read(File& file, UserAddr to, u32 size, bool) {
    const PathText page;
    if (!page.has_memory()) return negative(Errno::ENOMEM);
    ProcText text(page.buffer(), size < PAGE_SIZE ? size : PAGE_SIZE, static_cast<u64>(file.pos));
    if (!file.inode->proc->show && !file.inode->proc->show_task) return negative(Errno::EINVAL);
    if (const Errno e = show_proc(text, *file.inode); e != Errno::OK) return negative(e);
    if (const Errno e = copy_to_user(to, page.buffer(), text.size()); e != Errno::OK) return negative(e);
    file.pos += text.size();
    return static_cast<i32>(text.size());
}

i32 proc_write(File& file, UserAddr from, u32 size, bool) {
    if (!file.inode->proc->write) return negative(Errno::EINVAL);
    const PathText page;
    if (!page.has_memory()) return negative(Errno::ENOMEM);
    if (size > PAGE_SIZE) size = PAGE_SIZE;
    if (const Errno e = copy_from_user(page.buffer(), from, size); e != Errno::OK) return negative(e);
    if (const Errno e = file.inode->proc->write({page.buffer(), size}); e != Errno::OK) return negative(e);
    file.pos += size;
    return static_cast<i32>(size);
}

} // namespace

constinit const FileOps proc_file_ops = {.name = "proc",
                                         .read = proc_read,
                                         .write = proc_write,
                                         .lseek = regular_lseek,
                                         .ioctl = nullptr,
                                         .release = nullptr};

} // namespace forkproof
