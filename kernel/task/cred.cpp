#include "kernel/task/cred.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

UserNs* init_user_ns;
User* root_user;
GroupInfo* init_groups;

namespace {
u32 next_user_ns_id;

User* make_user(UserNs* ns, u32 uid) {
    auto* user = create<User>();
    if (!user) return nullptr;
    user->uid = uid;
    user->user_ns = ns;
    ns->users.push_back(*user);
    return user;
}
} // namespace

Cred* cred_init() {
    init_user_ns = create<UserNs>();
    auto* cred = create<Cred>();
    init_groups = create<GroupInfo>();
    if (!init_user_ns || !cred || !init_groups) panic("no memory for the first credentials");
    init_user_ns->id = next_user_ns_id++;
    root_user = make_user(init_user_ns, 0); // takes over the namespace's first count
    init_user_ns->count++;                  // and the kernel itself keeps one: INIT_USER never goes
    root_user->count++;
    root_user->processes = 1; // the idle task
    cred->cap_permitted = cred->cap_effective = cred->cap_bset = CAP_FULL_SET;
    cred->user = root_user;
    cred->group_info = init_groups;
    get_group_info(init_groups);
    cred->count = 2; // real_cred and cred
    return cred;
}

/// A loop: user namespaces nest as deep as there is memory, and the last holder gives them all back.
void put_user_struct(User* user) {
    while (user && --user->count == 0) {
        UserNs* ns = user->user_ns;
        user->ns_node.unlink();
        destroy(user);
        if (--ns->count != 0) return;
        user = ns->creator; // null for the first
        destroy(ns);
    }
}

User* find_or_make_user(UserNs* ns, u32 uid) {
    for (User& u : ns->users)
        if (u.uid == uid) {
            get_user_struct(&u);
            return &u;
        }
    User* user = make_user(ns, uid);
    if (user) ns->count++;
    return user;
}

User* create_user_ns(User* creator) {
    auto* ns = create<UserNs>();
    if (!ns) return nullptr;
    User* root = make_user(ns, 0); // takes over the namespace's count
    if (!root) {
        destroy(ns);
        return nullptr;
    }
    ns->id = next_user_ns_id++;
    get_user_struct(creator);
    ns->creator = creator;
    return root;
}

void put_group_info(GroupInfo* g) {
    if (--g->count == 0) destroy(g);
}

bool in_group(const Cred& c, u32 gid) {
    if (c.fsgid == gid) return true;
    for (u32 i = 0; i < c.group_info->ngroups; i++)
        if (c.group_info->gid[i] == gid) return true;
    return false;
}

Cred* dup_cred(const Cred* old) {
    auto* cred = static_cast<Cred*>(kmem_alloc(Kind::cred)); // all of it is written here, once
    if (!cred) return nullptr;
    *cred = *old;
    cred->count = 1;
    get_user_struct(cred->user);
    get_group_info(cred->group_info);
    return cred;
}

void put_cred(Cred* cred) {
    if (--cred->count != 0) return;
    put_user_struct(cred->user);
    put_group_info(cred->group_info);
    destroy(cred);
}

bool capable(Capability cap) {
    if (!has_capability(*current()->cred, cap)) return false;
    current()->flags |= PF_SUPERPRIV;
    return true;
}

} // namespace forkproof
