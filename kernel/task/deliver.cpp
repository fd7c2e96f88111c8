// Delivery: what happens to pending signals on the way back to ring 3, and how an interrupted system call is
// begun again (linux-2.6.33 get_signal_to_deliver, do_signal_stop, handle_signal).
#include "kernel/task/exit.hpp"
#include "kernel/task/reparent.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_frame.hpp"
#include "kernel/task/signal_sets.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

/// The lowest unblocked pending signal, taken out; a thread's own before the group's. 0 if there is none.
int dequeue_signal(Task& t) {
    SigSet* const sets[] = {&t.pending, &t.signal->shared_pending};
    int signal = 0;
    for (SigSet* set : sets) {
        const SigSet ready = *set & ~t.blocked;
        if (ready == 0) continue;
        const u32 low = static_cast<u32>(ready);
        signal = low ? __builtin_ctz(low) + 1 : __builtin_ctz(static_cast<u32>(ready >> 32)) + 33;
        *set &= ~sigmask(signal);
        break;
    }
    recalc_sigpending();
    if (signal && (sigmask(signal) & SIGNALS_STOP) && !(t.signal->flags & SIGNAL_GROUP_EXIT))
        t.signal->flags |= SIGNAL_STOP_DEQUEUED;
    return signal;
}

/// Stops this thread, and with `signal` (not 0) starts the stop of the whole group. False: nothing to stop
/// for.
bool do_signal_stop(int signal) {
    Task& me = *current();
    Signal& s = *me.signal;
    if (s.group_stop_count == 0) {
        if (!(s.flags & SIGNAL_STOP_DEQUEUED) || s.group_exit_task) return false;
        s.group_exit_code = signal;
        s.group_stop_count = 1;
        for (Task* t = next_thread(me); t != &me; t = next_thread(*t)) {
            if ((t->flags & PF_EXITING) || t->state == TASK_STOPPED) continue;
            s.group_stop_count++;
            signal_wake_up(*t, false);
        }
    }
    const bool last = --s.group_stop_count == 0;
    if (last) s.flags = (s.flags & SIGNAL_UNKILLABLE) | SIGNAL_STOP_STOPPED;
    me.exit_code = s.group_exit_code;
    me.state = TASK_STOPPED;
    if (last) {
        notify_parent_stopped(me, ChildEvent::stopped);
        fail_injection_stopped(me);
    }
    if (me.state == TASK_STOPPED) schedule();
    me.exit_code = 0;
    return true;
}

// linux-2.6.33 asm-generic/signal-defs.h, asm/signal.h
constexpr u32 SA_NODEFER = 0x40000000, SA_RESETHAND = 0x80000000, SA_RESTART = 0x10000000;

/// Takes signals until none is left, or until one is to be handled by the program: its number; 0: none.
int act_on_signals(Task& me, SigAction& how) {
    for (;;) {
        Signal& s = *me.signal;
        if (s.flags & (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)) {
            const auto event = s.flags & SIGNAL_CLD_CONTINUED ? ChildEvent::continued : ChildEvent::stopped;
            s.flags &= ~static_cast<u32>(SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED);
            notify_parent_stopped(*me.group_leader, event);
        }
        if (s.group_stop_count > 0 && do_signal_stop(0)) continue;
        const int signal = dequeue_signal(me);
        if (signal == 0) return 0;
        const SigSet bit = sigmask(signal);
        SigAction& action = me.sighand->action[signal - 1];
        if (action.handler == SIG_IGN && !(bit & SIGNALS_ONLY_KERNEL)) continue;
        if (action.handler != SIG_DFL && action.handler != SIG_IGN) {
            how = action;
            if (action.flags & SA_RESETHAND) action.handler = SIG_DFL;
            return signal;
        }
        if (bit & SIGNALS_IGNORED) continue;
        if ((s.flags & SIGNAL_UNKILLABLE) && !(bit & SIGNALS_ONLY_KERNEL)) continue;
        if (bit & SIGNALS_STOP) {
            // A stop from the terminal would be for ever where nobody is left to continue the group.
            if (signal != SIGSTOP && orphaned_pgrp(*me.group_leader->pids[PIDTYPE_PGID].pid, nullptr))
                continue;
            do_signal_stop(signal);
            continue;
        }
        me.flags |= PF_SIGNALED;
        do_group_exit(signal);
    }
}

constexpr u32 INT_0X80_LENGTH = 2;
constexpr u32 NR_restart_syscall = 0;

/// With no handler to run, an interrupted call starts again as if nothing had happened.
void restart_system_call(PtRegs& regs) {
    if (static_cast<i32>(regs.orig_ax) < 0) return;
    switch (static_cast<Errno>(-static_cast<i32>(regs.ax))) {
    case Errno::ERESTARTNOHAND:
    case Errno::ERESTARTSYS:
    case Errno::ERESTARTNOINTR:
        regs.ax = regs.orig_ax;
        regs.ip -= INT_0X80_LENGTH;
        break;
    case Errno::ERESTART_RESTARTBLOCK:
        regs.ax = NR_restart_syscall;
        regs.ip -= INT_0X80_LENGTH;
        break;
    default: break;
    }
}

/// A handler sees the call interrupted; it is begun again afterwards only if that was asked for.
void interrupt_system_call(PtRegs& regs, const SigAction& how) {
    if (static_cast<i32>(regs.orig_ax) < 0) return;
    const auto answer = static_cast<Errno>(-static_cast<i32>(regs.ax));
    const bool interrupted = answer == Errno::ERESTART_RESTARTBLOCK || answer == Errno::ERESTARTNOHAND ||
                             (answer == Errno::ERESTARTSYS && !(how.flags & SA_RESTART));
    if (interrupted)
        regs.ax = static_cast<u32>(negative(Errno::EINTR));
    else
        restart_system_call(regs);
}

void handle_signal(Task& me, int signal, const SigAction& how, PtRegs& regs) {
    interrupt_system_call(regs, how);
    if (!setup_signal_frame(signal, how, me.blocked, regs)) {
        if (signal == SIGSEGV)
            me.sighand->action[SIGSEGV - 1].handler = SIG_DFL; // or it would go on for ever
        force_signal(me, SIGSEGV);
        return;
    }
    me.blocked |= how.mask & ~SIGNALS_ONLY_KERNEL;
    if (!(how.flags & SA_NODEFER)) me.blocked |= sigmask(signal);
    recalc_sigpending();
}

} // namespace

void do_signal(PtRegs& regs) {
    Task& me = *current();
    SigAction how;
    if (const int signal = act_on_signals(me, how); signal != 0)
        handle_signal(me, signal, how, regs);
    else
        restart_system_call(regs);
    regs.orig_ax = ~0U; // once only
}

extern "C" void prepare_return_to_user(PtRegs* regs) {
    Task& t = *current();
    while (t.ti_flags & (TIF_NEED_RESCHED | TIF_SIGPENDING)) {
        if (t.ti_flags & TIF_SIGPENDING)
            do_signal(*regs);
        else
            schedule();
    }
}

} // namespace forkproof
