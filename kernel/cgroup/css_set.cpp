#include "kernel/cgroup/cgroup.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

CssSet* init_css_set;
CgroupRoot cgroup_root;
constinit List<CssSet, &CssSet::node> css_sets = {};

namespace {

CssSet* find_css_set(const Inode& group) {
    if (cgroup_root.sb && &group == cgroup_root.sb->root) return init_css_set;
    for (CssSet& set : css_sets)
        if (set.cgroup == &group) return &set;
    return nullptr;
}

bool lies_below(const Inode* group, const Inode& top) {
    while (group && group != &top) group = group->parent;
    return group != nullptr;
}

/// linux-2.6.33 ns_can_attach.
bool may_attach(const Inode& group, const Task& task) {
    if (!cgroup_root.ns_bound) return true;
    if (&task != current() && (!capable(CAP_SYS_ADMIN) || !lies_below(&group, *cgroup_of(*current()))))
        return false;
    return lies_below(&group, *cgroup_of(task));
}

} // namespace

CssSet* cgroup_init() {
    init_css_set = create<CssSet>();
    if (!init_css_set) panic("no memory for the first css_set");
    get_css_set(init_css_set);
    return init_css_set;
}

void put_css_set(CssSet* set) {
    if (--set->count != 0) return;
    set->node.unlink();
    put_inode(set->cgroup);
    destroy(set);
}

Inode* cgroup_of(const Task& task) {
    if (task.cgroups && task.cgroups->cgroup) return task.cgroups->cgroup;
    return cgroup_root.sb ? cgroup_root.sb->root : nullptr;
}

bool cgroup_has_tasks(const Inode& group) { return find_css_set(group); }

bool holds_hierarchy(const Inode& inode) {
    return inode.i_op == &cgroup_inodes && is_directory(inode) && inode.entry;
}

Errno cgroup_attach_task(Inode& group, Task& task) {
    if (cgroup_of(task) == &group) return Errno::OK;
    if (!may_attach(group, task)) return Errno::EPERM;
    CssSet* set = find_css_set(group);
    if (set) {
        get_css_set(set);
    } else {
        set = create<CssSet>();
        if (!set) return Errno::ENOMEM;
        get_inode(&group);
        set->cgroup = &group;
        css_sets.push_back(*set);
    }
    put_css_set(task.cgroups);
    task.cgroups = set;
    return Errno::OK;
}

} // namespace forkproof
