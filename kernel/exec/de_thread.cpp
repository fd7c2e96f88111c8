#include "kernel/exec/exec.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"

namespace forkproof {

namespace {

/// The old leader is a zombie; its number, its place among its siblings and its groups pass to `me`.
void take_over_leadership(Task& me, Task& leader) {
    me.start_time = leader.start_time;
    me.serial = leader.serial;
    detach_pid(me, PIDTYPE_PID);
    attach_pid(me, PIDTYPE_PID, leader.pids[PIDTYPE_PID].pid); // the leader's own goes when it is released
    const PidType groups[] = {PIDTYPE_PGID, PIDTYPE_SID};
    for (const PidType type : groups) {
        attach_pid(me, type, leader.pids[type].pid);
        detach_pid(leader, type);
    }
    me.pid = leader.pid;
    me.tasks.insert_before(leader.tasks);
    leader.tasks.unlink();
    me.sibling.insert_before(leader.sibling);
    leader.sibling.unlink();
    me.group_leader = &me;
    leader.group_leader = &me;
    me.exit_signal = SIGCHLD;
    leader.exit_signal = -1;
    leader.exit_state = EXIT_DEAD;
}

/// A thread made with VFORK whose maker, a thread of the same group, still waits for it: the maker has to
/// die, and cannot before it is let go. It has a SIGKILL pending and will not see ring 3 again. (2.6.33
/// deadlocks here; since Linux 3.4 the wait can be killed.)
void let_vfork_parent_die(Task& me) {
    if (!me.vfork_done || me.vfork_done->waiter->signal != me.signal) return;
    Completion* done = me.vfork_done;
    me.vfork_done = nullptr;
    complete(*done);
}

void wait_until_alone(Task& me, Signal& s) {
    s.notify_count = thread_group_leader(me) ? 1 : 2;
    while (s.count > s.notify_count) {
        me.state = TASK_UNINTERRUPTIBLE;
        schedule();
    }
    if (thread_group_leader(me)) return;
    Task& leader = *me.group_leader;
    s.waits_for_leader = true;
    while (leader.exit_state != EXIT_ZOMBIE) {
        me.state = TASK_UNINTERRUPTIBLE;
        schedule();
    }
    s.waits_for_leader = false;
    take_over_leadership(me, leader);
}

} // namespace

Errno de_thread() {
    Task& me = *current();
    Signal& s = *me.signal;
    if (thread_group_empty(me)) return Errno::OK;
    if (signal_group_exit(s)) return Errno::EAGAIN; // another thread is faster: this one is about to die
    Task& old_leader = *me.group_leader;
    s.group_exit_task = &me;
    zap_other_threads();
    let_vfork_parent_die(me);
    wait_until_alone(me, s);
    s.group_exit_task = nullptr;
    s.notify_count = 0;
    if (&old_leader != &me) release_task(old_leader);
    return Errno::OK;
}

} // namespace forkproof
