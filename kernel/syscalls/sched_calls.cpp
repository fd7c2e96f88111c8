#include "kernel/lib/divide.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/syscalls/time.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

constexpr u32 NANOSECONDS = 1'000'000'000;
constexpr u32 NANOSECONDS_PER_TICK = NANOSECONDS / TICKS_PER_SECOND;

Task* task_by_number(u32 nr) {
    return nr == 0 ? current() : find_task(static_cast<i32>(nr), task_active_pid_ns(*current()));
}

i32 sleep_until(u64 deadline, UserAddr remaining) {
    Task& me = *current();
    me.state = TASK_INTERRUPTIBLE;
    if (schedule_timeout(deadline)) return 0;
    const u64 now = rdtsc();
    if (now >= deadline) return 0;
    if (remaining && put_user(timespec_of(deadline - now), remaining) != Errno::OK)
        return negative(Errno::EFAULT);
    me.restart_deadline = deadline;
    return negative(Errno::ERESTART_RESTARTBLOCK);
}

} // namespace

Errno read_timespec(UserAddr from, u64& ticks) {
    Timespec t;
    if (get_user(t, from) != Errno::OK) return Errno::EFAULT;
    if (t.sec < 0 || t.nsec < 0 || t.nsec >= static_cast<i32>(NANOSECONDS)) return Errno::EINVAL;
    ticks = static_cast<u64>(t.sec) * TICKS_PER_SECOND + static_cast<u32>(t.nsec) / NANOSECONDS_PER_TICK;
    return Errno::OK;
}

Timespec timespec_of(u64 ticks) {
    const u64 seconds = quotient(ticks, static_cast<u32>(TICKS_PER_SECOND));
    const u32 rest = static_cast<u32>(ticks - seconds * TICKS_PER_SECOND);
    return {static_cast<i32>(seconds), static_cast<i32>(rest * NANOSECONDS_PER_TICK)};
}

i32 sys_sched_setscheduler(PtRegs& r) {
    const u32 policy = r.cx & ~SCHED_RESET_ON_FORK;
    const bool reset = r.cx & SCHED_RESET_ON_FORK;
    u32 priority;
    if (get_user(priority, r.dx) != Errno::OK) return negative(Errno::EFAULT);
    const bool rt = policy == SCHED_FIFO || policy == SCHED_RR;
    if (!rt && policy != SCHED_NORMAL && policy != SCHED_BATCH && policy != SCHED_IDLE)
        return negative(Errno::EINVAL);
    if (priority > MAX_RT_PRIO - 1 || rt != (priority != 0)) return negative(Errno::EINVAL);
    Task* t = task_by_number(r.bx);
    if (!t) return negative(Errno::ESRCH);
    const bool raises = rt || (t->sched_reset_on_fork && !reset);
    if (raises && !capable(CAP_SYS_NICE)) return negative(Errno::EPERM);
    if (t->cred->uid != current()->cred->euid && t->cred->euid != current()->cred->euid &&
        !capable(CAP_SYS_NICE))
        return negative(Errno::EPERM);
    set_scheduler(*t, policy, priority, reset);
    process_call_done("sched_setscheduler", *current());
    return 0;
}

i32 sys_sched_getscheduler(PtRegs& r) {
    const Task* t = task_by_number(r.bx);
    if (!t) return negative(Errno::ESRCH);
    return static_cast<i32>(t->policy | (t->sched_reset_on_fork ? SCHED_RESET_ON_FORK : 0));
}

i32 sys_sched_getparam(PtRegs& r) {
    const Task* t = task_by_number(r.bx);
    if (!t) return negative(Errno::ESRCH);
    return put_user(t->rt_priority, r.cx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

i32 sys_sched_yield(PtRegs&) {
    sched_yield();
    return 0;
}

i32 sys_setpriority(PtRegs& r) {
    if (r.bx != 0) return negative(Errno::EINVAL); // PRIO_PROCESS only
    Task* t = task_by_number(r.cx);
    if (!t) return negative(Errno::ESRCH);
    i32 nice = static_cast<i32>(r.dx);
    if (nice < -20) nice = -20;
    if (nice > 19) nice = 19;
    if (nice < PRIO_TO_NICE(t->static_prio) && !capable(CAP_SYS_NICE)) return negative(Errno::EACCES);
    set_nice(*t, nice);
    return 0;
}

i32 sys_getpriority(PtRegs& r) {
    if (r.bx != 0) return negative(Errno::EINVAL);
    const Task* t = task_by_number(r.cx);
    return t ? 20 - PRIO_TO_NICE(t->static_prio)
             : negative(Errno::ESRCH); // the call's result is never negative
}

i32 sys_nanosleep(PtRegs& r) {
    u64 ticks = 0;
    if (const Errno e = read_timespec(r.bx, ticks); e != Errno::OK) return negative(e);
    return sleep_until(rdtsc() + ticks, r.cx);
}

i32 sys_clock_nanosleep(PtRegs& r) {
    constexpr u32 TIMER_ABSTIME = 1;
    if (r.bx > 1) return negative(Errno::EINVAL);
    u64 ticks = 0;
    if (const Errno e = read_timespec(r.dx, ticks); e != Errno::OK) return negative(e);
    return sleep_until(r.cx & TIMER_ABSTIME ? ticks : rdtsc() + ticks, r.cx & TIMER_ABSTIME ? 0 : r.si);
}

i32 sys_restart_syscall(PtRegs&) {
    const u64 deadline = current()->restart_deadline;
    if (deadline == 0) return negative(Errno::EINTR);
    current()->restart_deadline = 0;
    return sleep_until(deadline, 0);
}

/// Every clock shows the time since the machine was switched on: there is no calendar in it.
i32 sys_clock_gettime(PtRegs& r) {
    if (r.bx > 7) return negative(Errno::EINVAL);
    return put_user(timespec_of(rdtsc()), r.cx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

i32 sys_gettimeofday(PtRegs& r) {
    Timespec t = timespec_of(rdtsc());
    t.nsec /= 1000;
    return !r.bx || put_user(t, r.bx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

i32 sys_time(PtRegs& r) {
    const i32 now = timespec_of(rdtsc()).sec;
    if (r.bx && put_user(now, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    return now;
}

} // namespace forkproof
