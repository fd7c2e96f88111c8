#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount.hpp"

namespace forkproof {

Fs* dup_fs(Fs* old) {
    Fs* fs = create<Fs>();
    if (!fs) return nullptr;
    fs->umask = old->umask;
    fs->root = old->root;
    fs->pwd = old->pwd;
    get_mount(fs->root.mnt);
    get_mount(fs->pwd.mnt);
    return fs;
}

void put_fs(Fs* f) {
    if (--f->users != 0) return;
    put_mount(f->pwd.mnt);
    put_mount(f->root.mnt);
    destroy(f);
}

} // namespace forkproof
