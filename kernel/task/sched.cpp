// The switch. Ring 0 is never pre-empted: a task leaves the processor only where it calls
// schedule(), and ring 3 on its way back from a trap.
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/runqueue.hpp"

namespace forkproof {

void sched_init() {
    set_current(&init_task);
    init_task.exec_start = rdtsc();
}

namespace {
/// After a switch, on the new stack: frees who will never run again.
void finish_switch() {
    if (!rq.dead) return;
    Task* dead = rq.dead;
    rq.dead = nullptr;
    free_task(dead);
}
} // namespace

extern "C" void schedule_tail() {
    finish_switch();
    // CLONE_CHILD_SETTID: the word is in the child's memory, so only the child can write it.
    const Task& t = *current();
    if (t.set_child_tid) {
        const i32 number = pid_nr_ns(t.pids[PIDTYPE_PID].pid, task_active_pid_ns(t));
        (void)put_user(number, t.set_child_tid); // a bad address is the program's own loss, as in Linux
    }
}

void bury_when_switched(Task& dead) { rq.dead = &dead; }

void schedule() {
    Task& prev = *current();
    update_curr();
    prev.ti_flags &= ~TIF_NEED_RESCHED;
    const bool interrupted = signal_pending(prev) &&
                             ((prev.state & TASK_INTERRUPTIBLE) ||
                              ((prev.state & (TASK_WAKEKILL | TASK_STOPPED)) && fatal_signal_pending(prev)));
    if (interrupted) prev.state = TASK_RUNNING;
    if (&prev != &init_task) {
        if (prev.state == TASK_RUNNING) {
            enqueue(prev);
        } else {
            prev.on_rq = false;
            rq.nr_running--;
        }
    }
    Task* next = pick_next();
    if (next)
        dequeue(*next);
    else
        next = &init_task;
    next->exec_start = rdtsc();
    if (next == &prev) return;
    switch_mm(next->mm);
    set_current(next);
    arch_switch_to(next->thread);
    switch_context(&prev.thread, &next->thread);
    finish_switch();
}

bool wake_up_state(Task& t, u32 states) {
    if (!(t.state & states)) return false;
    t.state = TASK_RUNNING;
    if (t.on_rq) return true;
    t.on_rq = true;
    rq.nr_running++;
    if (t.sched_class == SchedClass::fair) {
        // A sleeper gets half a period's credit, not all the time that it slept (linux-2.6.33 place_entity).
        const u64 credit = SCHED_LATENCY / 2;
        const u64 floor = rq.min_vruntime > credit ? rq.min_vruntime - credit : 0;
        if (t.vruntime < floor) t.vruntime = floor;
    }
    update_curr();
    enqueue(t);
    check_preempt(t);
    return true;
}

void sched_yield() {
    Task& t = *current();
    const Task* last = rq.fair.back();
    if (t.sched_class == SchedClass::fair && last && last->vruntime > t.vruntime) t.vruntime = last->vruntime;
    schedule();
}

void timer_tick(bool from_user) {
    run_timers();
    Task& t = *current();
    if (&t == &init_task) return;
    update_curr();
    if (from_user) t.usage.utime += TICK;
    if (t.sched_class == SchedClass::fair) {
        const Task* first = pick_next();
        if (first && (first->sched_class == SchedClass::rt || first->vruntime + MIN_GRANULARITY < t.vruntime))
            resched_current();
    } else if (t.policy == SCHED_RR && --t.time_slice == 0) {
        t.time_slice = RR_TIMESLICE;
        if (!rq.rt[t.prio].empty()) resched_current();
    }
}

u32 nr_running() { return rq.nr_running; }

void for_each_runnable(void (*visit)(void*, Task&), void* context) {
    if (current() != &init_task) visit(context, *current());
    for (RunList& list : rq.rt)
        for (Task& t : list) visit(context, t);
    for (Task& t : rq.fair) visit(context, t);
}

} // namespace forkproof
