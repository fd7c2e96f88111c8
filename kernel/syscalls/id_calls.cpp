#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

constexpr u32 KEEP = ~0U; ///< setresuid's "leave as it is"

/// Gives the task other credentials, which it takes over. A change of user moves its count of tasks; root
/// that becomes nobody loses its capabilities (linux-2.6.33 commit_creds, cap_emulate_setxuid).
i32 commit(Cred* next) {
    Task& me = *current();
    Cred* old = me.cred;
    if (next->uid != old->uid) {
        User* user = find_or_make_user(old->user->user_ns, next->uid);
        if (!user) {
            put_cred(next);
            return negative(Errno::EAGAIN);
        }
        put_user_struct(next->user);
        next->user = user;
    }
    const bool was_root = old->uid == 0 || old->euid == 0 || old->suid == 0;
    const bool is_root = next->uid == 0 || next->euid == 0 || next->suid == 0;
    if (was_root && !is_root) next->cap_permitted = next->cap_effective = 0;
    if (old->euid == 0 && next->euid != 0) next->cap_effective = 0;
    if (old->euid != 0 && next->euid == 0) next->cap_effective = next->cap_permitted;
    next->user->processes++;
    old->user->processes--;
    get_cred(next);
    put_cred(me.real_cred);
    put_cred(me.cred);
    me.real_cred = me.cred = next;
    process_call_done("setuid", me);
    return 0;
}

bool one_of(u32 id, u32 a, u32 b, u32 c) { return id == KEEP || id == a || id == b || id == c; }

i32 put_three(u32 a, u32 b, u32 c, const PtRegs& r) {
    const bool ok =
        put_user(a, r.bx) == Errno::OK && put_user(b, r.cx) == Errno::OK && put_user(c, r.dx) == Errno::OK;
    return ok ? 0 : negative(Errno::EFAULT);
}

struct Rlimit64 {
    u64 cur, max;
};
constexpr u64 RLIM64_INFINITY = ~u64{0};
u64 widen(u32 v) { return v == RLIM_INFINITY ? RLIM64_INFINITY : v; }
u32 narrow(u64 v) { return v >= RLIM_INFINITY ? RLIM_INFINITY : static_cast<u32>(v); }

i32 set_limit(u32 resource, Rlimit next) {
    if (next.cur > next.max) return negative(Errno::EINVAL);
    Rlimit& limit = current()->signal->rlim[resource];
    if (next.max > limit.max && !capable(CAP_SYS_RESOURCE)) return negative(Errno::EPERM);
    limit = next;
    return 0;
}

} // namespace

i32 sys_getuid(PtRegs&) { return static_cast<i32>(current()->cred->uid); }
i32 sys_geteuid(PtRegs&) { return static_cast<i32>(current()->cred->euid); }
i32 sys_getgid(PtRegs&) { return static_cast<i32>(current()->cred->gid); }
i32 sys_getegid(PtRegs&) { return static_cast<i32>(current()->cred->egid); }

i32 sys_setuid(PtRegs& r) {
    const Cred& old = *current()->cred;
    const u32 uid = r.bx;
    const bool may_all = capable(CAP_SETUID);
    if (!may_all && uid != old.uid && uid != old.suid) return negative(Errno::EPERM);
    Cred* next = dup_cred(&old);
    if (!next) return negative(Errno::ENOMEM);
    if (may_all) next->uid = next->suid = uid;
    next->euid = next->fsuid = uid;
    return commit(next);
}

i32 sys_setgid(PtRegs& r) {
    const Cred& old = *current()->cred;
    const u32 gid = r.bx;
    const bool may_all = capable(CAP_SETGID);
    if (!may_all && gid != old.gid && gid != old.sgid) return negative(Errno::EPERM);
    Cred* next = dup_cred(&old);
    if (!next) return negative(Errno::ENOMEM);
    if (may_all) next->gid = next->sgid = gid;
    next->egid = next->fsgid = gid;
    return commit(next);
}

i32 sys_setresuid(PtRegs& r) {
    const Cred& old = *current()->cred;
    const u32 ids[] = {r.bx, r.cx, r.dx};
    for (const u32 id : ids)
        if (!one_of(id, old.uid, old.euid, old.suid) && !capable(CAP_SETUID)) return negative(Errno::EPERM);
    Cred* next = dup_cred(&old);
    if (!next) return negative(Errno::ENOMEM);
    if (r.bx != KEEP) next->uid = r.bx;
    if (r.cx != KEEP) next->euid = r.cx;
    if (r.dx != KEEP) next->suid = r.dx;
    next->fsuid = next->euid;
    return commit(next);
}

i32 sys_getresuid(PtRegs& r) {
    const Cred& c = *current()->cred;
    return put_three(c.uid, c.euid, c.suid, r);
}
i32 sys_getresgid(PtRegs& r) {
    const Cred& c = *current()->cred;
    return put_three(c.gid, c.egid, c.sgid, r);
}

i32 sys_setrlimit(PtRegs& r) {
    Rlimit next;
    if (r.bx >= RLIM_NLIMITS) return negative(Errno::EINVAL);
    if (get_user(next, r.cx) != Errno::OK) return negative(Errno::EFAULT);
    return set_limit(r.bx, next);
}

i32 sys_getrlimit(PtRegs& r) {
    if (r.bx >= RLIM_NLIMITS) return negative(Errno::EINVAL);
    return put_user(current()->signal->rlim[r.bx], r.cx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

/// Of the caller only: another process's limits are a later kernel's business.
i32 sys_prlimit64(PtRegs& r) {
    if (r.bx != 0 && static_cast<i32>(r.bx) != sys_getpid(r)) return negative(Errno::ESRCH);
    if (r.cx >= RLIM_NLIMITS) return negative(Errno::EINVAL);
    const Rlimit old = current()->signal->rlim[r.cx];
    Rlimit64 next;
    if (r.dx && get_user(next, r.dx) != Errno::OK) return negative(Errno::EFAULT);
    if (r.si && put_user(Rlimit64{widen(old.cur), widen(old.max)}, r.si) != Errno::OK)
        return negative(Errno::EFAULT);
    return r.dx ? set_limit(r.cx, {narrow(next.cur), narrow(next.max)}) : 0;
}

} // namespace forkproof
