// The file system of a pid namespace (linux-2.6.33 fs/proc/root.c).
#include "kernel/files/file_systems.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/proc/proc.hpp"

namespace forkproof {

namespace {

/// st_dev: a number of each namespace, beside those that create_super_block counts up.
constexpr u32 FIRST_DEVICE = 0x10000;
constexpr u32 ROOT_INO = 1; ///< linux-2.6.33 linux/proc_fs.h PROC_ROOT_INO

Inode* make_root(SuperBlock& sb) {
    auto* root = create<Inode>();
    if (!root) return nullptr;
    root->sb = &sb;
    root->mode = proc_root.mode;
    root->ino = ROOT_INO;
    root->nlink = 2;
    root->ops = &directory_ops;
    root->i_op = &proc_inodes;
    root->proc = &proc_root;
    return root;
}

/// A super block with its root; it holds the namespace. Null: ENOMEM.
SuperBlock* make_super_block(PidNs& ns) {
    auto* sb = create<SuperBlock>();
    if (!sb) return nullptr;
    sb->root = make_root(*sb);
    if (!sb->root) {
        destroy(sb);
        return nullptr;
    }
    sb->type = &proc;
    sb->device = FIRST_DEVICE + ns.id;
    sb->pid_ns = &ns;
    get_pid_ns(&ns);
    return sb;
}

/// Who mounts it sees the tasks of the namespace he lives in; all its mounts show one file system. (Its own
/// init is alive then, for nobody else in there outlives it.)
Result<SuperBlock*> proc_mount(Text) {
    const Mount* mount = current()->nsproxy->pid_ns->proc_mnt;
    FORKPROOF_ASSERT(mount);
    get_super_block(mount->sb);
    return mount->sb;
}

void proc_kill(SuperBlock& sb) { put_pid_ns(sb.pid_ns); }

} // namespace

FORKPROOF_BOUNDARY Errno pid_ns_prepare_proc(PidNs& ns) {
    SuperBlock* sb = make_super_block(ns);
    if (!sb) return Errno::ENOMEM;
    ns.proc_mnt = create_mount(sb->root, 0);
    put_super_block(sb); // the mount has its own count
    return ns.proc_mnt ? Errno::OK : Errno::ENOMEM;
}

constinit const FileSystemType proc = {.name = "proc", .mount = proc_mount, .kill_sb = proc_kill};

} // namespace forkproof
