#include "kernel/task/reparent.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/signal_sets.hpp"

namespace forkproof {

namespace {

/// Kills and reaps everything else in the namespace whose init is dying.
void zap_pid_ns_processes(Task& init, PidNs* ns) {
    for_each_task([&](Task& t) {
        const i32 nr = pid_nr_ns(t.pids[PIDTYPE_PID].pid, ns);
        if (nr == 0 || t.signal == init.signal || t.exit_state != EXIT_NONE) return;
        force_signal(t, SIGKILL);
    });
    WaitResult ignored;
    do init.ti_flags &= ~TIF_SIGPENDING; // nothing may interrupt this wait
    while (do_wait(-1, WEXITED | WALL, ignored) != negative(Errno::ECHILD));
}

Task* find_new_reaper(Task& father) {
    for (Task* t = next_thread(father); t != &father; t = next_thread(*t))
        if (!(t->flags & PF_EXITING)) {
            PidNs* ns = task_active_pid_ns(father);
            if (ns->child_reaper == &father) ns->child_reaper = t;
            return t;
        }
    PidNs* ns = task_active_pid_ns(father);
    if (ns->child_reaper == &father) {
        if (ns == init_pid_ns) panic("init is dying and nobody is left to take its children");
        zap_pid_ns_processes(father, ns);
        // What is still to come into being there is looked after by the first namespace's init.
        ns->child_reaper = init_pid_ns->child_reaper;
        pid_ns_release_proc(*ns); // they hold each other
    }
    return ns->child_reaper;
}

bool has_stopped_jobs(Pid* pgrp) {
    bool stopped = false;
    for_each_attached(*pgrp, PIDTYPE_PGID, [&](Task& p) { stopped |= p.state == TASK_STOPPED; });
    return stopped;
}

} // namespace

bool orphaned_pgrp(Pid& pgrp, const Task* ignored) {
    bool orphaned = true;
    for_each_attached(pgrp, PIDTYPE_PGID, [&](Task& p) {
        if (&p == ignored || p.exit_state != EXIT_NONE || p.real_parent->pid == 1) return;
        const Task& parent = *p.real_parent->group_leader;
        if (parent.pids[PIDTYPE_PGID].pid != &pgrp && parent.pids[PIDTYPE_SID].pid == p.pids[PIDTYPE_SID].pid)
            orphaned = false;
    });
    return orphaned;
}

void kill_orphaned_pgrp(Task& task, Task* dying_parent) {
    const Task* parent = dying_parent ? dying_parent : task.real_parent;
    const Task* ignored = dying_parent ? nullptr : &task;
    Pid* pgrp = task.group_leader->pids[PIDTYPE_PGID].pid;
    const Task& p = *parent->group_leader;
    if (p.pids[PIDTYPE_PGID].pid == pgrp ||
        p.pids[PIDTYPE_SID].pid != task.group_leader->pids[PIDTYPE_SID].pid)
        return;
    if (!orphaned_pgrp(*pgrp, ignored) || !has_stopped_jobs(pgrp)) return;
    const int signals[] = {SIGHUP, SIGCONT};
    for (const int signal : signals)
        for_each_attached(*pgrp, PIDTYPE_PGID, [&](Task& t) { send_signal(t, signal, true); });
}

void forget_original_parent(Task& father) {
    Task* reaper = find_new_reaper(father);
    List<Task, &Task::sibling> dead;
    auto& children = children_of(father);
    for (Task& child : children) {
        Task* t = &child;
        do {
            t->real_parent = reaper;
            if (t->pdeath_signal) send_signal(*t, t->pdeath_signal, true);
            t = next_thread(*t);
        } while (t != &child);
        child.sibling.unlink();
        child.sibling.insert_before(reaper->children);
        if (reaper->signal == father.signal)
            continue;                // another thread of the same process: nothing else changes
        child.exit_signal = SIGCHLD; // what an unknown maker asked for is not init's business
        if (child.exit_state == EXIT_ZOMBIE && thread_group_empty(child) && notify_parent_exit(child)) {
            child.exit_state = EXIT_DEAD;
            child.sibling.unlink();
            dead.push_back(child);
        }
        kill_orphaned_pgrp(child, &father);
    }
    for (Task& child : dead) release_task(child);
}

} // namespace forkproof
