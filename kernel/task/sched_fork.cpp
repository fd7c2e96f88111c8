// How a task comes to its place in the scheduler: at birth, first time on the queue, and when policy or nice
// level are changed.
#include "kernel/lib/boundary.hpp"
#include "kernel/task/runqueue.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY void sched_fork(Task& child, bool reset_on_fork_holds) {
    const Task& parent = *current();
    update_curr();
    child.state = TASK_WAKING; // nobody can run it or wake it before wake_up_new_task
    child.on_rq = false;
    child.sum_exec_runtime = 0;
    child.static_prio = parent.static_prio;
    child.normal_prio = parent.normal_prio;
    child.policy = parent.policy;
    child.rt_priority = parent.rt_priority;
    child.load_weight = parent.load_weight;
    child.time_slice = RR_TIMESLICE;
    child.sched_reset_on_fork = parent.sched_reset_on_fork;
    // The listing takes the parent's normal_prio even after a reset, and so undoes it (defect B9).
    child.prio = parent.normal_prio;
    if (parent.sched_reset_on_fork) {
        if (parent.policy == SCHED_FIFO || parent.policy == SCHED_RR) {
            child.policy = SCHED_NORMAL;
            child.normal_prio = child.static_prio;
            if (reset_on_fork_holds) child.rt_priority = 0;
        }
        if (PRIO_TO_NICE(child.static_prio) < 0) {
            child.static_prio = NICE_TO_PRIO(0);
            child.normal_prio = child.static_prio;
            set_load_weight(child);
        }
        child.sched_reset_on_fork = false; // it has fulfilled its duty
        if (reset_on_fork_holds) child.prio = child.normal_prio;
    }
    child.sched_class = rt_prio(child.prio) ? SchedClass::rt : SchedClass::fair;
    // A new task waits for one slice, so that forking gains a program no time (START_DEBIT).
    const u32 slice = static_cast<u32>(SCHED_LATENCY) / (rq.nr_running + 1);
    const u64 base = parent.vruntime > rq.min_vruntime ? parent.vruntime : rq.min_vruntime;
    child.vruntime = base + (slice < MIN_GRANULARITY ? MIN_GRANULARITY : u64{slice});
}

FORKPROOF_BOUNDARY void wake_up_new_task(Task& child) {
    child.state = TASK_RUNNING;
    child.on_rq = true;
    rq.nr_running++;
    enqueue(child); // the parent was charged a moment ago, by sched_fork
    check_preempt(child);
}

void set_scheduler(Task& t, u32 policy, u32 rt_priority, bool reset_on_fork) {
    const bool queued = t.on_rq && &t != current();
    if (&t == current()) update_curr();
    if (queued) dequeue(t);
    t.policy = policy;
    t.rt_priority = rt_priority;
    t.sched_reset_on_fork = reset_on_fork;
    const bool rt = policy == SCHED_FIFO || policy == SCHED_RR;
    t.normal_prio = rt ? MAX_RT_PRIO - 1 - static_cast<int>(rt_priority) : t.static_prio;
    t.prio = t.normal_prio;
    t.sched_class = rt ? SchedClass::rt : SchedClass::fair;
    t.time_slice = RR_TIMESLICE;
    if (t.vruntime < rq.min_vruntime) t.vruntime = rq.min_vruntime;
    if (queued) {
        enqueue(t);
        check_preempt(t);
    } else {
        resched_current();
    }
}

void set_nice(Task& t, int nice) {
    const bool queued = t.on_rq && &t != current();
    if (queued) dequeue(t);
    t.static_prio = NICE_TO_PRIO(nice);
    if (t.sched_class == SchedClass::fair) t.normal_prio = t.prio = t.static_prio;
    set_load_weight(t);
    if (queued) enqueue(t);
}

} // namespace forkproof
