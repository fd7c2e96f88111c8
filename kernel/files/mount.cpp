#include "kernel/files/mount.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/namespaces/nsproxy.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 MAGIC = 0xC0ED0000, MAGIC_MASK = 0xffff0000; ///< of old callers (linux-2.6.33 MS_MGC_VAL)
constexpr u32 PROPAGATION = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

bool in_our_namespace(const Mount& mount) { return mount.mnt_ns == current()->nsproxy->mnt_ns; }

Errno walk_from_cwd(Text path, Walk& walk) {
    const Fs& fs = *current()->fs;
    return walk_path(fs, fs.pwd, path, true, walk);
}

/// Hangs a new mount, whose count passes, on a place (linux-2.6.33 do_add_mount, graft_tree).
Errno graft(Mount* mount, const Path& where) {
    Errno error = Errno::OK;
    // A directory of proc is made for each walk: the next one would not find what hangs on it.
    const bool fleeting = where.inode->proc && where.inode != where.mnt->root;
    if (!in_our_namespace(*where.mnt) || fleeting)
        error = Errno::EINVAL;
    else if (is_directory(*where.inode) != is_directory(*mount->root))
        error = Errno::ENOTDIR;
    else if (is_directory(*where.inode) && where.inode->nlink == 0)
        error = Errno::ENOENT;
    if (error == Errno::OK)
        attach_mount(*mount, where);
    else
        put_mount(mount);
    return error;
}

Errno bind(const MountRequest& request, const Path& where) {
    if (!capable(CAP_SYS_ADMIN)) return Errno::EPERM;
    if (!request.has_source || request.source.size == 0 || (request.flags & MS_REC)) return Errno::EINVAL;
    Walk from;
    if (const Errno e = walk_from_cwd(request.source, from); e != Errno::OK) return e;
    if (!in_our_namespace(*from.at->mnt)) return Errno::EINVAL;
    Mount* mount = create_mount(from.at->inode, from.at->mnt->flags);
    return mount ? graft(mount, where) : Errno::ENOMEM;
}

Errno mount_new(const MountRequest& request, const Path& where) {
    if (!request.has_type || request.type.size == 0) return Errno::EINVAL;
    if (!capable(CAP_SYS_ADMIN)) return Errno::EPERM;
    const Result<const FileSystemType*> type = find_file_system_type(request.type);
    if (!type.ok()) return type.error();
    const Result<SuperBlock*> made = type.value()->mount(request.data);
    if (!made.ok()) return made.error();
    SuperBlock* const sb = made.value();
    Mount* mount = create_mount(sb->root, request.flags & MNT_FLAGS);
    const bool there_already = where.mnt->sb == sb && where.inode == where.mnt->root;
    put_super_block(sb); // the mount has its own count
    if (!mount) return Errno::ENOMEM;
    if (!there_already) return graft(mount, where);
    put_mount(mount);
    return Errno::EBUSY;
}

/// All mounts are private here.
Errno change_propagation(u32 flags, const Path& where) {
    if (!capable(CAP_SYS_ADMIN)) return Errno::EPERM;
    if (where.inode != where.mnt->root) return Errno::EINVAL;
    return (flags & PROPAGATION) == MS_PRIVATE ? Errno::OK : Errno::EINVAL;
}

/// Whether a task's root or working directory lies in this mount or below.
bool somebody_stands_in(const Mount& mount) {
    bool found = false;
    for_each_task([&](Task& t) {
        if (t.fs) found |= mounted_below(t.fs->root.mnt, mount) || mounted_below(t.fs->pwd.mnt, mount);
    });
    return found;
}

Errno detach_tree(Mount& top) {
    MntNs& ns = *top.mnt_ns;
    // Children stand behind their parents, so nobody's parent goes before it.
    for (Mount* m = ns.mounts.back(); m;) {
        Mount* const before = m == &top ? nullptr : ns.mounts.previous(*m);
        if (mounted_below(m, top)) detach_mount(*m);
        m = before;
    }
    return Errno::OK;
}

} // namespace

Errno do_mount(const MountRequest& given) {
    MountRequest request = given;
    if ((request.flags & MAGIC_MASK) == MAGIC) request.flags &= ~MAGIC_MASK;
    if (request.target.size == 0) return Errno::EINVAL;
    Walk where;
    if (const Errno e = walk_from_cwd(request.target, where); e != Errno::OK) return e;
    if (request.flags & (MS_REMOUNT | MS_MOVE)) return capable(CAP_SYS_ADMIN) ? Errno::EINVAL : Errno::EPERM;
    if (request.flags & MS_BIND) return bind(request, *where.at);
    if (request.flags & PROPAGATION) return change_propagation(request.flags, *where.at);
    return mount_new(request, *where.at);
}

Errno do_umount(Text path, u32 flags) {
    if (flags & ~(MNT_FORCE | MNT_DETACH)) return Errno::EINVAL;
    Mount* mount;
    u32 count;
    {
        Walk walk;
        if (const Errno e = walk_from_cwd(path, walk); e != Errno::OK) return e;
        mount = walk.at->mnt;
        if (walk.at->inode != mount->root || !in_our_namespace(*mount)) return Errno::EINVAL;
        count = mount->count - 1; // without the walk's
    }
    if (!capable(CAP_SYS_ADMIN)) return Errno::EPERM;
    if (!mount->parent) return Errno::EBUSY; // the root stays
    if (flags & MNT_DETACH) return somebody_stands_in(*mount) ? Errno::EBUSY : detach_tree(*mount);
    if (count != 1) return Errno::EBUSY;
    detach_mount(*mount);
    return Errno::OK;
}

} // namespace forkproof
