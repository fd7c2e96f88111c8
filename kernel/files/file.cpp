#include "kernel/files/file.hpp"
#include "kernel/files/initrd.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

namespace {

void free_file(File* f) {
    if (f->ops->release) f->ops->release(*f);
    if (f->inode) put_inode(f->inode);
    if (f->mnt) put_mount(f->mnt);
    destroy(f);
}

} // namespace

void put_file(File* f) {
    if (--f->count == 0 && f->busy == 0) free_file(f);
}

BusyFile::~BusyFile() {
    if (file_ && --file_->busy == 0 && file_->count == 0) free_file(file_);
}

Errno open_console(Files& files) {
    File* file = create<File>();
    if (!file) return Errno::ENOMEM;
    file->ops = &console_ops;
    file->f_flags = O_RDWR;
    file->inode = initrd_inode("dev/console");
    get_inode(file->inode);
    for (u32 fd = 0; fd < 3; fd++) {
        if (fd != 0) get_file(file);
        set_fd(files, fd, file, false);
    }
    return Errno::OK;
}

} // namespace forkproof
