#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount.hpp"

namespace forkproof {

Fs* dup_fs(Fs* old) {
    auto* fs = static_cast<Fs*>(kmem_alloc(Kind::fs)); // all of it is written here, once
    if (!fs) return nullptr;
    fs->users = 1;
    fs->in_exec = false;
    fs->umask = old->umask;
    fs->root = old->root;
    fs->pwd = old->pwd;
    get_path(fs->root);
    get_path(fs->pwd);
    return fs;
}

void put_fs(Fs* f) {
    if (--f->users != 0) return;
    put_path(f->pwd);
    put_path(f->root);
    destroy(f);
}

} // namespace forkproof
