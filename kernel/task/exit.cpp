// The end of a task: it gives back what it holds, finds new parents for its children, and stays as a zombie
// until its parent has asked how it ended (linux-2.6.33 kernel/exit.c).
#include "kernel/task/exit.hpp"
#include "kernel/io/io_bitmap.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/namespaces/mount.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/held.hpp"
#include "kernel/task/reparent.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

void mm_release(Task& task) {
    if (task.vfork_done) {
        Completion* done = task.vfork_done;
        task.vfork_done = nullptr;
        complete(*done);
    }
    // Only if others still use the memory does anybody look at the word.
    if (task.clear_child_tid && !(task.flags & PF_SIGNALED) && task.mm && task.mm->users > 1) {
        const u32 zero = 0;
        if (put_user(zero, task.clear_child_tid) == Errno::OK) futex_wake(*task.mm, task.clear_child_tid, 1);
    }
    task.clear_child_tid = 0;
}

namespace {

void exit_mm(Task& t) {
    mm_release(t);
    Mm* mm = t.mm;
    if (!mm) return;
    t.mm = nullptr;
    switch_mm(nullptr);
    put_mm(mm);
}

/// Gives back what only a living task needs.
void exit_resources(Task& t) {
    exit_mm(t);
    if (t.sysvsem) put_undo_list(t.sysvsem);
    t.sysvsem = nullptr;
    put_files(t.files);
    t.files = nullptr;
    put_fs(t.fs);
    t.fs = nullptr;
    fpu_drop(t.thread);
    if (has_io_bitmap(t.thread)) exit_io_bitmap(t.thread);
    put_css_set(t.cgroups);
    t.cgroups = nullptr;
    put_exec_domain(t.exec_domain);
    t.exec_domain = nullptr;
}

void exit_notify(Task& t) {
    forget_original_parent(t);
    put_nsproxy(t.nsproxy);
    t.nsproxy = nullptr;
    // The leader of a group whose other threads live on stays, and is announced when the last of them goes.
    if (thread_group_leader(t)) {
        kill_orphaned_pgrp(t, nullptr);
        // An exec in between changes whom the exit signal was meant for (linux-2.6.33 exit_notify).
        if (t.exit_signal != SIGCHLD && t.exit_signal != -1 &&
            (t.parent_exec_id != t.real_parent->self_exec_id || t.self_exec_id != t.parent_exec_id))
            t.exit_signal = SIGCHLD;
    }
    t.exit_state = EXIT_ZOMBIE;
    bool reap_self = !thread_group_leader(t);
    if (thread_group_leader(t) && thread_group_empty(t)) reap_self = notify_parent_exit(t);
    Signal& s = *t.signal;
    if (s.group_exit_task && s.waits_for_leader && thread_group_leader(t))
        wake_up_state(*s.group_exit_task, TASK_UNINTERRUPTIBLE);
    if (!reap_self) return;
    t.exit_state = EXIT_DEAD;
    release_task(t);
}

} // namespace

void do_exit(int code) {
    Task& t = *current();
    if (&t == &init_task) panic("the idle task must not exit");
    if (t.pid == 1 && t.signal->live == 1) {
        if (code & 0x7f) panic("init was killed by signal {} ({})", code & 0x7f, signal_name(code & 0x7f));
        panic("init exited with status {}; it must call reboot", code >> 8 & 0xff);
    }
    t.flags |= PF_EXITING;
    t.exit_code = code;
    t.signal->live--;
    exit_resources(t);
    exit_notify(t);
    if (t.io_context) put_io_context(t.io_context);
    t.io_context = nullptr;
    process_call_done("exit", t);
    t.state = TASK_DEAD;
    if (t.exit_state == EXIT_DEAD) bury_when_switched(t);
    schedule();
    panic("a dead task runs");
}

void do_group_exit(int code) {
    Signal& s = *current()->signal;
    if (signal_group_exit(s)) { // another thread was first: by exit_group, a fatal signal, or an exec
        code = s.group_exit_code;
    } else if (!thread_group_empty(*current())) {
        s.group_exit_code = code;
        s.flags = (s.flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
        zap_other_threads();
    }
    do_exit(code);
}

void release_task(Task& t) {
    Task* leader_to_announce = nullptr;
    t.cred->user->processes--;
    Signal* s = t.signal;
    s->dead_threads.add(task_usage(t));
    if (thread_group_leader(t)) {
        detach_pid(t, PIDTYPE_PGID);
        detach_pid(t, PIDTYPE_SID);
        t.tasks.unlink();
        t.sibling.unlink();
        task_counts.process_counts--;
    } else {
        Task& leader = *t.group_leader;
        t.thread_group.unlink();
        if (leader.exit_state == EXIT_ZOMBIE && thread_group_empty(leader)) leader_to_announce = &leader;
    }
    detach_pid(t, PIDTYPE_PID);
    task_counts.nr_threads--;
    put_sighand(t.sighand);
    t.sighand = nullptr;
    t.signal = nullptr;
    if (--s->count == 0)
        destroy(s);
    else if (s->group_exit_task && s->count == s->notify_count)
        wake_up_state(*s->group_exit_task, TASK_UNINTERRUPTIBLE);
    if (leader_to_announce && notify_parent_exit(*leader_to_announce)) {
        leader_to_announce->exit_state = EXIT_DEAD;
        release_task(*leader_to_announce);
    }
    if (&t != current()) free_task(&t);
}

void free_task(Task* t) {
    put_cred(t->real_cred);
    put_cred(t->cred);
    fpu_drop(t->thread);
    if (t->thread.fpu) destroy(t->thread.fpu);
    free_kernel_stack(t->stack);
    destroy(t);
}

Usage task_usage(const Task& t) {
    // The tick samples user time; the rest of what the task ran is the system's (linux-2.6.33 task_utime).
    Usage u = t.usage;
    if (u.utime > t.sum_exec_runtime) u.utime = t.sum_exec_runtime;
    u.stime = t.sum_exec_runtime - u.utime;
    return u;
}

} // namespace forkproof
