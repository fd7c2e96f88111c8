// wait4, waitpid and waitid: three ways to ask do_wait.
#include "kernel/lib/divide.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

/// linux-2.6.33 struct rusage, of which the times and the minor faults are kept.
struct Rusage {
    i32 utime_sec, utime_usec, stime_sec, stime_usec;
    i32 maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw,
        nivcsw;
};

Rusage rusage_of(const Usage& u) {
    constexpr u32 TICKS_PER_MICROSECOND = TICKS_PER_SECOND / 1'000'000, MILLION = 1'000'000;
    Rusage r{};
    const auto split = [](u64 ticks, i32& seconds, i32& microseconds) {
        u64 n = quotient(ticks, TICKS_PER_MICROSECOND);
        microseconds = static_cast<i32>(divide(n, MILLION)); // leaves the seconds in n
        seconds = static_cast<i32>(n);
    };
    split(u.utime, r.utime_sec, r.utime_usec);
    split(u.stime, r.stime_sec, r.stime_usec);
    r.minflt = static_cast<i32>(u.min_flt);
    return r;
}

i32 wait_for(i32 pid, UserAddr status, u32 options, UserAddr rusage) {
    constexpr u32 KNOWN = WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL;
    if (options & ~KNOWN) return negative(Errno::EINVAL);
    WaitResult result;
    const i32 nr = do_wait(pid, options | WEXITED, result);
    if (nr > 0) {
        if (status && put_user(result.status, status) != Errno::OK) return negative(Errno::EFAULT);
        if (rusage && put_user(rusage_of(result.usage), rusage) != Errno::OK) return negative(Errno::EFAULT);
        process_call_done("wait4", *current());
    }
    return nr;
}

/// The beginning of linux-2.6.33 siginfo_t for SIGCHLD; the rest is zero.
struct ChildInfo {
    i32 signo, error, code;
    i32 pid;
    u32 uid;
    i32 status;
    u32 rest[26];
};
static_assert(sizeof(ChildInfo) == 128);

ChildInfo child_info(i32 pid, const WaitResult& result) {
    enum { CLD_EXITED = 1, CLD_KILLED = 2, CLD_STOPPED = 5, CLD_CONTINUED = 6 }; // asm-generic/siginfo.h
    constexpr int CONTINUED = 0xffff, STOPPED = 0x7f;
    ChildInfo info{};
    info.signo = SIGCHLD;
    info.pid = pid;
    info.uid = result.uid;
    const int low = result.status & 0x7f, high = result.status >> 8 & 0xff;
    if (result.status == CONTINUED) {
        info.code = CLD_CONTINUED;
        info.status = SIGCONT;
    } else if (low == STOPPED) {
        info.code = CLD_STOPPED;
        info.status = high;
    } else {
        info.code = low == 0 ? CLD_EXITED : CLD_KILLED;
        info.status = low == 0 ? high : low;
    }
    return info;
}

} // namespace

i32 sys_waitpid(PtRegs& r) { return wait_for(static_cast<i32>(r.bx), r.cx, r.dx, 0); }
i32 sys_wait4(PtRegs& r) { return wait_for(static_cast<i32>(r.bx), r.cx, r.dx, r.si); }

i32 sys_waitid(PtRegs& r) {
    enum : u32 { P_ALL, P_PID, P_PGID }; // linux/wait.h
    constexpr u32 EVENTS = WEXITED | WUNTRACED | WCONTINUED;
    constexpr u32 KNOWN = EVENTS | WNOHANG | WNOWAIT | WNOTHREAD | WCLONE | WALL;
    const i32 id = static_cast<i32>(r.cx);
    if ((r.si & ~KNOWN) || !(r.si & EVENTS) || r.bx > P_PGID) return negative(Errno::EINVAL);
    if (r.bx != P_ALL && id <= 0) return negative(Errno::EINVAL);
    WaitResult result;
    const i32 nr = do_wait(r.bx == P_ALL ? -1 : r.bx == P_PID ? id : -id, r.si, result);
    if (nr < 0) return nr;
    const ChildInfo info = nr > 0 ? child_info(nr, result) : ChildInfo{};
    if (r.dx && put_user(info, r.dx) != Errno::OK) return negative(Errno::EFAULT);
    if (r.di && nr > 0 && put_user(rusage_of(result.usage), r.di) != Errno::OK)
        return negative(Errno::EFAULT);
    if (nr > 0) process_call_done("waitid", *current());
    return 0;
}

} // namespace forkproof
