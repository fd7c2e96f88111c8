// Sending: who may, what is dropped at once, whom it wakes (linux-2.6.33 kernel/signal.c).
#include "kernel/task/signal.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

const char* signal_name(int signal) {
    static constexpr const char* names[] = {
        "0",         "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
        "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS"};
    return signal >= 0 && signal < 32 ? names[signal] : "a real-time signal";
}

void get_sighand(Sighand* s) { s->count++; }
void put_sighand(Sighand* s) {
    if (--s->count == 0) destroy(s);
}

bool signal_group_exit(const Signal& s) { return (s.flags & SIGNAL_GROUP_EXIT) || s.group_exit_task; }

void recalc_sigpending() {
    Task& t = *current();
    const bool pending =
        ((t.pending | t.signal->shared_pending) & ~t.blocked) || t.signal->group_stop_count > 0;
    t.ti_flags = pending ? t.ti_flags | TIF_SIGPENDING : t.ti_flags & ~TIF_SIGPENDING;
}

void signal_wake_up(Task& t, bool fatal) {
    t.ti_flags |= TIF_SIGPENDING;
    wake_up_state(t, fatal ? TASK_INTERRUPTIBLE | TASK_WAKEKILL | TASK_STOPPED : TASK_INTERRUPTIBLE);
}

namespace {

/// Calls f(thread) for every thread of the task's group.
template <class F>
void for_each_thread(Task& task, F f) {
    Task* t = &task;
    do {
        Task* next = next_thread(*t);
        f(*t);
        t = next;
    } while (t != &task);
}

void drop_everywhere(Task& task, SigSet set) {
    task.signal->shared_pending &= ~set;
    for_each_thread(task, [set](Task& t) { t.pending &= ~set; });
}

/// Whether nobody will see the signal: then it is not even queued (linux-2.6.33 sig_ignored).
bool ignored(const Task& t, int signal, bool from_ancestor_ns) {
    if (t.blocked & sigmask(signal)) return false; // it may be unblocked and handled later
    const u32 handler = t.sighand->action[signal - 1].handler;
    if ((t.signal->flags & SIGNAL_UNKILLABLE) && handler == SIG_DFL && !from_ancestor_ns) return true;
    return handler == SIG_IGN || (handler == SIG_DFL && (sigmask(signal) & SIGNALS_IGNORED));
}

/// SIGCONT and the stop signals take each other out; SIGCONT also wakes at once (linux-2.6.33
/// prepare_signal).
void settle_stop_and_continue(Task& task, int signal) {
    Signal& s = *task.signal;
    if (s.flags & SIGNAL_GROUP_EXIT) return;
    if (sigmask(signal) & SIGNALS_STOP) return drop_everywhere(task, sigmask(SIGCONT));
    if (signal != SIGCONT) return;
    drop_everywhere(task, SIGNALS_STOP);
    for_each_thread(task, [](Task& t) { wake_up_state(t, TASK_STOPPED); });
    u32 why = 0;
    if (s.flags & SIGNAL_STOP_STOPPED)
        why = SIGNAL_CLD_CONTINUED;
    else if (s.group_stop_count != 0)
        why = SIGNAL_CLD_STOPPED;
    if (why == 0) {
        s.flags &= ~static_cast<u32>(SIGNAL_STOP_DEQUEUED);
        return;
    }
    // The first thread to return to ring 3 tells the parent.
    s.flags = (s.flags & SIGNAL_UNKILLABLE) | why | SIGNAL_STOP_CONTINUED;
    s.group_stop_count = 0;
    s.group_exit_code = 0;
    for_each_thread(task, [](Task& t) { t.ti_flags |= TIF_SIGPENDING; });
}

bool wants_signal(const Task& t, int signal) {
    if ((t.blocked & sigmask(signal)) || (t.flags & PF_EXITING)) return false;
    if (signal == SIGKILL) return true;
    return t.state != TASK_STOPPED && (&t == current() || !signal_pending(t));
}

/// Chooses the thread that takes it; a signal that will kill the group starts the kill now, in every thread
/// (linux-2.6.33 complete_signal).
void wake_taker(Task& task, int signal, bool group) {
    Task* taker = wants_signal(task, signal) ? &task : nullptr;
    if (!taker && group)
        for_each_thread(task, [&](Task& t) {
            if (!taker && wants_signal(t, signal)) taker = &t;
        });
    if (!taker) return; // all block it or are busy: whoever unblocks finds it
    Signal& s = *task.signal;
    const bool by_default = task.sighand->action[signal - 1].handler == SIG_DFL;
    const bool fatal = by_default && !(sigmask(signal) & (SIGNALS_IGNORED | SIGNALS_STOP | sigmask(SIGCONT)));
    // A SIGKILL that got as far as this ends even an init: it came from above. (2.6.33 leaves such an init's
    // other threads alone; so could they be stopped for ever. Linux 4.15 does as is done here.)
    const bool protected_init = (s.flags & SIGNAL_UNKILLABLE) && signal != SIGKILL;
    if (fatal && !protected_init && !(s.flags & SIGNAL_GROUP_EXIT) && !(taker->blocked & sigmask(signal)) &&
        (signal == SIGKILL || !(sigmask(signal) & SIGNALS_COREDUMP))) {
        s.flags = (s.flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
        s.group_exit_code = signal;
        s.group_stop_count = 0;
        for_each_thread(task, [](Task& t) {
            t.pending |= sigmask(SIGKILL);
            signal_wake_up(t, true);
        });
        return;
    }
    signal_wake_up(*taker, signal == SIGKILL);
}

} // namespace

void send_signal(Task& task, int signal, bool group) {
    const Task& sender = *current();
    // A sender without a number in the target's namespace stands above it: it may kill even its init.
    const PidNs* target_ns = task_active_pid_ns(task);
    const bool from_ancestor =
        target_ns && sender.pids[PIDTYPE_PID].pid && pid_nr_ns(sender.pids[PIDTYPE_PID].pid, target_ns) == 0;
    settle_stop_and_continue(task, signal);
    if (ignored(task, signal, from_ancestor)) return;
    SigSet& pending = group ? task.signal->shared_pending : task.pending;
    if (pending & sigmask(signal)) return; // once is enough
    pending |= sigmask(signal);
    wake_taker(task, signal, group);
}

void force_signal(Task& task, int signal) {
    SigAction& action = task.sighand->action[signal - 1];
    if ((task.blocked & sigmask(signal)) || action.handler == SIG_IGN) {
        action.handler = SIG_DFL;
        task.blocked &= ~sigmask(signal);
    }
    // A fault of an init cannot be survived by ignoring it (linux-2.6.33 force_sig_info).
    if (action.handler == SIG_DFL) task.signal->flags &= ~static_cast<u32>(SIGNAL_UNKILLABLE);
    task.pending |= sigmask(signal);
    wake_taker(task, signal, false);
    signal_wake_up(task, false);
}

bool may_signal(const Task& target, int signal) {
    const Task& me = *current();
    const Cred& c = *me.cred;
    const Cred& t = *target.cred;
    if (me.signal == target.signal) return true;
    if (c.euid == t.suid || c.euid == t.uid || c.uid == t.suid || c.uid == t.uid) return true;
    if (capable(CAP_KILL)) return true;
    return signal == SIGCONT &&
           me.group_leader->pids[PIDTYPE_SID].pid == target.group_leader->pids[PIDTYPE_SID].pid;
}

u32 zap_other_threads() {
    Task& me = *current();
    me.signal->group_stop_count = 0;
    u32 others = 0;
    for_each_thread(me, [&](Task& t) {
        if (&t == &me || t.exit_state != EXIT_NONE) return;
        t.pending |= sigmask(SIGKILL);
        signal_wake_up(t, true);
        others++;
    });
    return others;
}

} // namespace forkproof
