#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

constexpr u32 SIGSET_SIZE = sizeof(SigSet);

i32 signal_one(Task& t, int signal, bool group) {
    if (!may_signal(t, signal)) return negative(Errno::EPERM);
    // A leader may be a zombie while other threads of its group live on: they take what is sent to the
    // process.
    if (signal != 0 && t.signal->live != 0) send_signal(t, signal, group);
    return 0;
}

i32 signal_process_group(Pid* pgrp, int signal) {
    if (!pgrp || !pgrp->tasks[PIDTYPE_PGID].linked()) return negative(Errno::ESRCH);
    i32 result = negative(Errno::ESRCH);
    bool sent = false;
    for_each_attached(*pgrp, PIDTYPE_PGID, [&](Task& t) {
        result = signal_one(t, signal, true);
        sent |= result == 0;
    });
    return sent ? 0 : result;
}

/// kill(-1): everything that the caller can name, but the namespace's init and itself.
i32 signal_everybody(int signal) {
    i32 result = negative(Errno::ESRCH);
    for_each_task([&](Task& t) {
        if (!thread_group_leader(t) || t.signal == current()->signal) return;
        if (pid_nr_ns(t.pids[PIDTYPE_PID].pid, task_active_pid_ns(*current())) <= 1) return;
        const i32 one = signal_one(t, signal, true);
        if (one == 0 || result != 0) result = one;
    });
    return result;
}

i32 signal_thread(i32 tgid, i32 tid, int signal) {
    if (tid <= 0 || (tgid != -1 && tgid <= 0)) return negative(Errno::EINVAL);
    Task* t = find_task(tid, task_active_pid_ns(*current()));
    if (!t || (tgid != -1 &&
               pid_nr_ns(t->group_leader->pids[PIDTYPE_PID].pid, task_active_pid_ns(*current())) != tgid))
        return negative(Errno::ESRCH);
    return signal_one(*t, signal, false);
}

} // namespace

i32 sys_kill(PtRegs& r) {
    const i32 pid = static_cast<i32>(r.bx);
    const int signal = static_cast<int>(r.cx);
    if (signal < 0 || signal > NSIG) return negative(Errno::EINVAL);
    if (pid == -1) return signal_everybody(signal);
    if (pid == 0) return signal_process_group(current()->group_leader->pids[PIDTYPE_PGID].pid, signal);
    if (pid < 0) return signal_process_group(find_pid(-pid, task_active_pid_ns(*current())), signal);
    Task* t = find_task(pid, task_active_pid_ns(*current()));
    return t ? signal_one(*t, signal, true) : negative(Errno::ESRCH);
}

i32 sys_tkill(PtRegs& r) {
    const int signal = static_cast<int>(r.cx);
    if (signal < 0 || signal > NSIG) return negative(Errno::EINVAL);
    return signal_thread(-1, static_cast<i32>(r.bx), signal);
}

i32 sys_tgkill(PtRegs& r) {
    const int signal = static_cast<int>(r.dx);
    if (signal < 0 || signal > NSIG) return negative(Errno::EINVAL);
    return signal_thread(static_cast<i32>(r.bx), static_cast<i32>(r.cx), signal);
}

i32 sys_rt_sigaction(PtRegs& r) {
    struct KernelSigaction {
        u32 handler, flags, restorer;
        SigSet mask;
    } __attribute__((packed));
    const u32 signal = r.bx;
    if (r.si != SIGSET_SIZE || signal < 1 || signal > NSIG) return negative(Errno::EINVAL);
    SigAction& action = current()->sighand->action[signal - 1];
    KernelSigaction wanted{};
    if (r.cx) {
        if (get_user(wanted, r.cx) != Errno::OK) return negative(Errno::EFAULT);
        if (signal == SIGKILL || signal == SIGSTOP) return negative(Errno::EINVAL);
    }
    const KernelSigaction old{action.handler, action.flags, action.restorer, action.mask};
    if (r.dx && put_user(old, r.dx) != Errno::OK) return negative(Errno::EFAULT);
    if (!r.cx) return 0;
    action = SigAction{wanted.handler, wanted.flags, wanted.restorer,
                       wanted.mask & ~(sigmask(SIGKILL) | sigmask(SIGSTOP))};
    if (wanted.handler != SIG_DFL && wanted.handler != SIG_IGN) handlers_set(*current());
    if (wanted.handler == SIG_IGN) { // what is pending is forgotten (POSIX 3.3.1.3)
        current()->signal->shared_pending &= ~sigmask(static_cast<int>(signal));
        current()->pending &= ~sigmask(static_cast<int>(signal));
    }
    return 0;
}

i32 sys_rt_sigprocmask(PtRegs& r) {
    enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };
    if (r.si != SIGSET_SIZE) return negative(Errno::EINVAL);
    Task& me = *current();
    const SigSet old = me.blocked;
    SigSet next = old;
    if (r.cx) {
        SigSet set;
        if (get_user(set, r.cx) != Errno::OK) return negative(Errno::EFAULT);
        set &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
        switch (r.bx) {
        case SIG_BLOCK: next = old | set; break;
        case SIG_UNBLOCK: next = old & ~set; break;
        case SIG_SETMASK: next = set; break;
        default: return negative(Errno::EINVAL);
        }
    }
    if (r.dx && put_user(old, r.dx) != Errno::OK) return negative(Errno::EFAULT);
    me.blocked = next;
    recalc_sigpending();
    return 0;
}

i32 sys_rt_sigpending(PtRegs& r) {
    if (r.cx > SIGSET_SIZE) return negative(Errno::EINVAL);
    const SigSet set = (current()->pending | current()->signal->shared_pending) & current()->blocked;
    return copy_to_user(r.bx, &set, r.cx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

i32 sys_pause(PtRegs&) {
    while (!signal_pending(*current())) {
        current()->state = TASK_INTERRUPTIBLE;
        schedule();
    }
    return negative(Errno::ERESTARTNOHAND);
}

} // namespace forkproof
