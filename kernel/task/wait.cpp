// wait4: a parent learns how its children ended, stopped or went on (linux-2.6.33 do_wait).
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"

namespace forkproof {

namespace {

struct WaitFor {
    i32 pid;
    u32 options;
    Task& waiter;
};

bool eligible(const WaitFor& w, const Task& p) {
    const PidNs* ns = task_active_pid_ns(w.waiter);
    if (w.pid > 0 && pid_nr_ns(p.pids[PIDTYPE_PID].pid, ns) != w.pid) return false;
    if (w.pid == 0 && p.group_leader->pids[PIDTYPE_PGID].pid != w.waiter.group_leader->pids[PIDTYPE_PGID].pid)
        return false;
    if (w.pid < -1 && pid_nr_ns(p.group_leader->pids[PIDTYPE_PGID].pid, ns) != -w.pid) return false;
    // A child whose exit signal is not SIGCHLD is a "clone child": asked for by __WCLONE (or __WALL) only.
    const bool clone_child = p.exit_signal != SIGCHLD;
    return (w.options & WALL) || clone_child == ((w.options & WCLONE) != 0);
}

i32 number_of(const WaitFor& w, const Task& p) {
    return pid_nr_ns(p.pids[PIDTYPE_PID].pid, task_active_pid_ns(w.waiter));
}

i32 reap_zombie(const WaitFor& w, Task& p, WaitResult& result) {
    const i32 nr = number_of(w, p);
    const Signal& s = *p.signal;
    result.uid = p.cred->uid;
    result.status = s.flags & SIGNAL_GROUP_EXIT ? s.group_exit_code : p.exit_code;
    result.usage = task_usage(p);
    result.usage.add(s.dead_threads);
    result.usage.add(s.children);
    if (w.options & WNOWAIT) return nr;
    w.waiter.signal->children.add(result.usage);
    p.exit_state = EXIT_DEAD;
    release_task(p);
    return nr;
}

/// Whether this child has something to tell; its number if so, else 0.
i32 consider(const WaitFor& w, Task& p, WaitResult& result) {
    if (p.exit_state == EXIT_ZOMBIE && thread_group_empty(p) && (w.options & WEXITED))
        return reap_zombie(w, p, result);
    if (p.exit_state != EXIT_NONE) return 0;
    Signal& s = *p.signal;
    if ((w.options & WUNTRACED) && (s.flags & SIGNAL_STOP_STOPPED) && s.group_exit_code != 0) {
        result.status = s.group_exit_code << 8 | 0x7f;
        result.uid = p.cred->uid;
        result.usage = task_usage(p);
        if (!(w.options & WNOWAIT)) s.group_exit_code = 0;
        return number_of(w, p);
    }
    if ((w.options & WCONTINUED) && (s.flags & SIGNAL_STOP_CONTINUED)) {
        result.status = 0xffff;
        result.uid = p.cred->uid;
        result.usage = task_usage(p);
        if (!(w.options & WNOWAIT)) s.flags &= ~static_cast<u32>(SIGNAL_STOP_CONTINUED);
        return number_of(w, p);
    }
    return 0;
}

/// What a look at the children found: somebody to wait for, and perhaps already the answer.
struct Scan {
    bool found = false;
    i32 number = 0;
};

/// One child, found by its number: what it costs does not depend on how many siblings it has.
Scan look_at_one(const WaitFor& w, WaitResult& result) {
    Task* p = find_task(w.pid, task_active_pid_ns(w.waiter));
    if (!p || !thread_group_leader(*p) || p->exit_state == EXIT_DEAD || !eligible(w, *p)) return {};
    const bool ours =
        w.options & WNOTHREAD ? p->real_parent == &w.waiter : p->real_parent->signal == w.waiter.signal;
    return ours ? Scan{true, consider(w, *p, result)} : Scan{};
}

Scan look_at_children(const WaitFor& w, WaitResult& result) {
    Scan scan;
    Task* thread = &w.waiter;
    do {
        auto& children = children_of(*thread);
        for (Task& p : children) {
            if (p.exit_state == EXIT_DEAD || !eligible(w, p)) continue;
            scan.found = true;
            scan.number = consider(w, p, result);
            if (scan.number != 0) return scan;
        }
        thread = next_thread(*thread);
    } while (thread != &w.waiter && !(w.options & WNOTHREAD));
    return scan;
}

} // namespace

i32 do_wait(i32 pid, u32 options, WaitResult& result) {
    Task& me = *current();
    const WaitFor w{pid, options, me};
    for (;;) {
        const Scan scan = pid > 0 ? look_at_one(w, result) : look_at_children(w, result);
        if (scan.number != 0) return scan.number;
        if (!scan.found) return negative(Errno::ECHILD);
        if (options & WNOHANG) return 0;
        if (signal_pending(me)) return negative(Errno::ERESTARTSYS);
        sleep_on(me.signal->wait_chldexit, SleepState::interruptible);
    }
}

} // namespace forkproof
