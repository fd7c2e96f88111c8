// The calls about resource limits.
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

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
