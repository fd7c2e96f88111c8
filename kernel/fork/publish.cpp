#include "kernel/fork/fork.hpp"
#include "kernel/ipc/undo.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

u64 next_serial = 1; // 0 is the idle task's

/// Which signal tells the child's parent of its death; -1 for a thread, which nobody waits for.
void choose_exit_signal(Task& child, u32 flags, const Task& caller) {
    const Task& leader = *caller.group_leader;
    child.exit_signal_chooser = leader.serial;
    if (flags & CLONE_THREAD) {
        child.exit_signal = -1;
    } else if ((flags & CLONE_PARENT) && rules_in_force.has(RuleId::parent_exit_signal)) {
        // The signal goes to the caller's parent, who has already said which one it wants.
        child.exit_signal = leader.exit_signal;
        child.exit_signal_chooser = leader.exit_signal_chooser;
    } else {
        child.exit_signal = static_cast<int>(flags & CSIGNAL);
    }
}

void choose_parent(Task& child, u32 flags, Task& caller) {
    const bool same_parent = flags & (CLONE_PARENT | CLONE_THREAD);
    child.real_parent = same_parent ? caller.real_parent : &caller;
    child.parent_exec_id = same_parent ? caller.parent_exec_id : caller.self_exec_id;
}

void join_thread_group(Task& child, Task& caller) {
    caller.signal->count++;
    caller.signal->live++;
    child.group_leader = caller.group_leader;
    child.thread_group.insert_before(caller.group_leader->thread_group);
}

void start_process(Task& child, Pid* pid, u32 flags, Task& caller) {
    child.group_leader = &child;
    if (flags & CLONE_NEWPID) child.nsproxy->pid_ns->child_reaper = &child;
    child.signal->leader_pid = pid;
    attach_pid(child, PIDTYPE_PGID, caller.group_leader->pids[PIDTYPE_PGID].pid);
    attach_pid(child, PIDTYPE_SID, caller.group_leader->pids[PIDTYPE_SID].pid);
    child.sibling.insert_before(child.real_parent->children);
    child.tasks.insert_before(init_task.tasks);
    task_counts.process_counts++;
}

} // namespace

FORKPROOF_BOUNDARY void publish(ForkRequest& request) {
    Task& child = *request.child;
    Task& caller = *current();
    child.serial = next_serial++; // here, so that a failed call uses none up
    choose_exit_signal(child, request.flags, caller);
    choose_parent(child, request.flags, caller);
    if (request.flags & CLONE_THREAD)
        join_thread_group(child, caller);
    else
        start_process(child, request.pid, request.flags, caller);
    attach_pid(child, PIDTYPE_PID, request.pid);
    task_counts.nr_threads++;
    task_counts.total_forks++;
    if (child.sysvsem && !caller.sysvsem && (request.flags & CLONE_SYSVSEM)) {
        child.sysvsem->count++; // the list that step semundo made is now the parent's too
        caller.sysvsem = child.sysvsem;
    }
    siglock.unlock();
    tasklist_lock.unlock();
}

} // namespace forkproof
