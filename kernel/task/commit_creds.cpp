#include "kernel/task/task.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

void fix_setuid(Cred& next) {
    const Cred& old = *current()->cred;
    const bool was_root = old.uid == 0 || old.euid == 0 || old.suid == 0;
    const bool is_root = next.uid == 0 || next.euid == 0 || next.suid == 0;
    if (was_root && !is_root) next.cap_permitted = next.cap_effective = 0;
    if (old.euid == 0 && next.euid != 0) next.cap_effective = 0;
    if (old.euid != 0 && next.euid == 0) next.cap_effective = next.cap_permitted;
}

void fix_setfsuid(Cred& next) {
    constexpr u64 CAP_FS_SET = u64{1} << CAP_CHOWN | u64{1} << CAP_MKNOD | u64{1} << CAP_DAC_OVERRIDE |
                               u64{1} << CAP_DAC_READ_SEARCH | u64{1} << CAP_FOWNER | u64{1} << CAP_FSETID |
                               u64{1} << CAP_LINUX_IMMUTABLE | u64{1} << CAP_MAC_OVERRIDE;
    const bool was_root = current()->cred->fsuid == 0, is_root = next.fsuid == 0;
    if (was_root && !is_root) next.cap_effective &= ~CAP_FS_SET;
    if (!was_root && is_root) next.cap_effective |= next.cap_permitted & CAP_FS_SET;
}

void commit_creds(Cred* next) {
    Task& me = *current();
    const Cred* old = me.cred;
    const bool other_files = old->euid != next->euid || old->egid != next->egid ||
                             old->fsuid != next->fsuid || old->fsgid != next->fsgid;
    if (other_files || (next->cap_permitted & ~old->cap_permitted) != 0) me.pdeath_signal = 0;
    next->user->processes++;
    old->user->processes--;
    get_cred(next);
    put_cred(me.real_cred);
    put_cred(me.cred);
    me.real_cred = me.cred = next;
    process_call_done("setuid", me);
}

} // namespace forkproof
