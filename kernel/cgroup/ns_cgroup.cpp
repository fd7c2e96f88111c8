// The subsystem ns: a group for each child that has namespaces of its own (linux-2.6.33 cgroup_clone).
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

/// What can fail comes first: the set, then the directory. Attaching the child cannot.
Errno ns_cgroup_clone(Task& child, i32 number) {
    if (!cgroup_root.sb || !cgroup_root.ns_bound) return Errno::OK;
    Inode& parent = *cgroup_of(child);
    char digits[10];
    const Text name(digits, decimal(static_cast<u32>(number), digits));
    if (find_entry(parent, name)) return Errno::EEXIST;
    // Where the verdict has asked for this, it has noted that privilege was used.
    if (!has_capability(*current()->cred, CAP_SYS_ADMIN)) return Errno::EPERM;
    auto* set = create<CssSet>();
    if (!set) return Errno::ENOMEM;
    const Result<Inode*> group = create_cgroup(parent, name, S_IFDIR | 0755);
    if (!group.ok()) {
        destroy(set);
        return group.error();
    }
    set->cgroup = group.value();
    css_sets.push_back(*set);
    put_css_set(child.cgroups);
    child.cgroups = set;
    return Errno::OK;
}

void ns_cgroup_undo(Task& child, CssSet* of_maker) {
    CssSet* own = child.cgroups;
    if (own == of_maker) return;
    DirEntry& entry = const_cast<DirEntry&>(*own->cgroup->entry);
    get_css_set(of_maker);
    child.cgroups = of_maker;
    put_css_set(own);
    undo_create_cgroup(entry);
}

/// Apart from its callers for the prover's sake: it divides.
FORKPROOF_BOUNDARY u32 decimal(u32 number, char* to) {
    u32 length = 1;
    for (u32 rest = number / 10; rest != 0; rest /= 10) length++;
    for (u32 i = length; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
    return length;
}

} // namespace forkproof
