#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

namespace {

/// Adds a mount, which has a count of one for it, to the end of a namespace.
void add_mount(MntNs& ns, Mount& mount) {
    ns.mounts.push_back(mount);
    mount.mnt_ns = &ns;
    if (!ns.root) ns.root = &mount;
}

void hang(Mount& mount, Mount& parent, Inode& mountpoint) {
    get_mount(&parent);
    get_inode(&mountpoint);
    mountpoint.mounted++;
    mount.parent = &parent;
    mount.mountpoint = &mountpoint;
}

/// The mount of `to` that stands where `mount` stands in `from`: the lists have one order. Null: none.
Mount* counterpart(const Mount* mount, MntNs& from, MntNs& to) {
    Mount* copy = to.mounts.front();
    for (Mount* m = from.mounts.front(); m && copy; m = from.mounts.next(*m), copy = to.mounts.next(*copy))
        if (m == mount) return copy;
    return nullptr;
}

} // namespace

Mount* create_mount(Inode* root, u32 flags) {
    auto* mount = create<Mount>();
    if (!mount) return nullptr;
    mount->flags = flags;
    mount->root = root;
    mount->sb = root->sb;
    get_inode(root);
    get_super_block(root->sb);
    return mount;
}

void put_mount(Mount* mount) {
    if (--mount->count != 0) return;
    put_inode(mount->root);
    put_super_block(mount->sb);
    destroy(mount);
}

void attach_mount(Mount& mount, const Path& where) {
    hang(mount, *where.mnt, *where.inode);
    add_mount(*where.mnt->mnt_ns, mount);
}

void detach_mount(Mount& mount) {
    mount.node.unlink();
    mount.mnt_ns = nullptr; // whoever still stands in it stands in no namespace
    if (mount.parent) {
        mount.mountpoint->mounted--;
        put_inode(mount.mountpoint);
        put_mount(mount.parent);
        mount.parent = nullptr;
        mount.mountpoint = nullptr;
    }
    put_mount(&mount);
}

bool mounted_below(const Mount* mount, const Mount& top) {
    while (mount && mount != &top) mount = mount->parent;
    return mount != nullptr;
}

MntNs* create_mnt_ns(Inode* root, u32 id) {
    auto* ns = create<MntNs>();
    if (!ns) return nullptr;
    ns->id = id;
    Mount* mount = create_mount(root, 0);
    if (!mount) {
        destroy(ns);
        return nullptr;
    }
    add_mount(*ns, *mount);
    return ns;
}

MntNs* copy_mnt_ns(MntNs& old, u32 id) {
    auto* ns = create<MntNs>();
    if (!ns) return nullptr;
    ns->id = id;
    for (Mount& m : old.mounts) {
        Mount* copy = create_mount(m.root, m.flags);
        if (!copy) {
            put_mnt_ns(ns);
            return nullptr;
        }
        // A parent stands before its children, so its copy is there already.
        if (m.parent) hang(*copy, *counterpart(m.parent, old, *ns), *m.mountpoint);
        add_mount(*ns, *copy);
    }
    return ns;
}

void move_paths(Fs& fs, MntNs& from, MntNs& to) {
    Path* const paths[] = {&fs.root, &fs.pwd};
    for (Path* path : paths) {
        Mount* const copy = path->mnt ? counterpart(path->mnt, from, to) : nullptr;
        if (!copy) continue;
        put_mount(path->mnt);
        path->mnt = copy;
        get_mount(path->mnt);
    }
}

/// Children before their parents.
void put_mnt_ns(MntNs* ns) {
    if (--ns->count != 0) return;
    while (Mount* last = ns->mounts.back()) detach_mount(*last);
    destroy(ns);
}

Mount* mount_on(const Path& place) {
    if (!place.inode->mounted || !place.mnt->mnt_ns) return nullptr;
    for (Mount& m : place.mnt->mnt_ns->mounts)
        if (m.parent == place.mnt && m.mountpoint == place.inode) return &m;
    return nullptr;
}

void cross_down(HeldPath& place) {
    while (Mount* mount = mount_on(*place)) place.set({mount, mount->root});
}

} // namespace forkproof
