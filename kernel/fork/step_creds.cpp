// creds: who the child is, and one task more for its user (listing: copy_creds, line 267).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

namespace {

/// Credentials of uid 0 in a namespace of its own, in no other groups. The capability sets stay the parent's:
/// they grow at exec.
Cred* creds_in_new_user_ns(const Cred* old) {
    Cred* cred = dup_cred(old);
    if (!cred) return nullptr;
    User* root = create_user_ns(cred->user);
    if (!root) {
        put_cred(cred);
        return nullptr;
    }
    put_user_struct(cred->user);
    cred->user = root;
    cred->uid = cred->euid = cred->suid = cred->fsuid = 0;
    cred->gid = cred->egid = cred->sgid = cred->fsgid = 0;
    put_group_info(cred->group_info);
    cred->group_info = init_groups;
    get_group_info(init_groups);
    return cred;
}

} // namespace

FORKPROOF_BOUNDARY Errno acquire_creds(ForkRequest& request) {
    Task& child = *request.child;
    Cred* old = current()->cred;
    if (request.flags & CLONE_NEWUSER) {
        child.cred = creds_in_new_user_ns(old);
    } else if (request.flags & CLONE_THREAD) {
        get_cred(old);
        child.cred = old;
    } else {
        child.cred = dup_cred(old);
    }
    if (!child.cred) return Errno::ENOMEM;
    get_cred(child.cred);
    child.real_cred = child.cred;
    child.cred->user
        ->processes++; // at once: ring 3 is pre-emptive, and exec may sleep before the call is over
    return Errno::OK;
}

FORKPROOF_BOUNDARY void release_creds(ForkRequest& request) {
    Task& child = *request.child;
    child.cred->user->processes--;
    put_cred(child.real_cred);
    put_cred(child.cred);
    child.real_cred = child.cred = nullptr;
}

} // namespace forkproof
