// The run queue and the switch. Ring 0 is never pre-empted: a task leaves the processor only where it calls
// schedule(), and ring 3 on its way back from a trap.
#include "kernel/task/sched.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/exit.hpp"

namespace forkproof {

namespace {

using RunList = List<Task, &Task::run_list>;

constexpr u64 TICK = TICKS_PER_SECOND / HZ; // ticks of the time stamp counter per timer interrupt
constexpr u64 SCHED_LATENCY = 6 * TICKS_PER_SECOND / 1000;  // linux-2.6.33 kernel/sched_fair.c: 6 ms,
constexpr u64 MIN_GRANULARITY = TICKS_PER_SECOND / 500;     // 2 ms,
constexpr u64 WAKEUP_GRANULARITY = TICKS_PER_SECOND / 1000; // 1 ms
constexpr u32 RR_TIMESLICE = HZ / 10;                       // 100 ms
constexpr u32 NICE_0_LOAD = 1024;

struct Runqueue {
    RunList rt[MAX_RT_PRIO];
    u32 rt_bits[(MAX_RT_PRIO + 31) / 32] = {};
    RunList fair;       ///< by vruntime
    u32 nr_running = 0; ///< queued or running, but idle
    u64 min_vruntime = 0;
    Task* dead = nullptr; ///< just switched away from for ever: its stack is freed by the next task
} rq;

/// How much weight a nice level has (linux-2.6.33 prio_to_weight: each step is about 25 %).
constexpr u32 prio_to_weight[40] = {88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
                                    9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,
                                    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,
                                    110,   87,    70,    56,    45,    36,    29,    23,    18,    15};

void resched_current() { current()->ti_flags |= TIF_NEED_RESCHED; }

void enqueue(Task& t) {
    if (t.sched_class == SchedClass::rt) {
        rq.rt[t.prio].push_back(t);
        rq.rt_bits[t.prio / 32] |= 1U << (t.prio % 32);
        return;
    }
    // From the end: a task that ran or was made a moment ago belongs near it.
    Task* before = rq.fair.back();
    while (before && before->vruntime > t.vruntime) before = rq.fair.previous(*before);
    if (before)
        t.run_list.insert_before(*before->run_list.next);
    else
        rq.fair.push_front(t);
}

void dequeue(Task& t) {
    t.run_list.unlink();
    if (t.sched_class == SchedClass::rt && rq.rt[t.prio].empty())
        rq.rt_bits[t.prio / 32] &= ~(1U << (t.prio % 32));
}

Task* pick_next() {
    for (int word = 0; word < (MAX_RT_PRIO + 31) / 32; word++)
        if (rq.rt_bits[word]) return rq.rt[word * 32 + __builtin_ctz(rq.rt_bits[word])].front();
    return rq.fair.front();
}

/// Charges the running task for the time since it was last charged (linux-2.6.33 update_curr).
void update_curr() {
    Task& t = *current();
    const u64 now = rdtsc();
    const u64 ran = now - t.exec_start;
    t.exec_start = now;
    if (&t == &init_task) return;
    t.sum_exec_runtime += ran;
    if (t.sched_class != SchedClass::fair) return;
    // Only the usual weight goes without a division.
    t.vruntime += t.load_weight == NICE_0_LOAD ? ran : ran * NICE_0_LOAD / t.load_weight;
    const Task* first = rq.fair.front();
    const u64 least = first && first->vruntime < t.vruntime ? first->vruntime : t.vruntime;
    if (least > rq.min_vruntime) rq.min_vruntime = least;
}

/// Whether a task that becomes runnable should run before the current one.
void check_preempt(const Task& woken) {
    const Task& now = *current();
    if (&now == &init_task) return resched_current();
    if (woken.sched_class == SchedClass::rt) {
        if (now.sched_class != SchedClass::rt || woken.prio < now.prio) resched_current();
    } else if (now.sched_class == SchedClass::fair && now.vruntime > woken.vruntime + WAKEUP_GRANULARITY) {
        resched_current();
    }
}

void set_load_weight(Task& t) { t.load_weight = prio_to_weight[PRIO_TO_NICE(t.static_prio) + 20]; }

} // namespace

void sched_init() {
    set_current(&init_task);
    init_task.exec_start = rdtsc();
}

/// After a switch, on the new stack: frees who will never run again.
void finish_switch() {
    if (!rq.dead) return;
    Task* dead = rq.dead;
    rq.dead = nullptr;
    free_task(dead);
}

extern "C" void schedule_tail() {
    finish_switch();
    // CLONE_CHILD_SETTID: the word is in the child's memory, so only the child can write it.
    const Task& t = *current();
    if (t.set_child_tid) {
        const i32 number = pid_nr_ns(t.pids[PIDTYPE_PID].pid, ns_of_pid(t.pids[PIDTYPE_PID].pid));
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
    const u64 slice = rq.nr_running == 0 ? SCHED_LATENCY : SCHED_LATENCY / (rq.nr_running + 1);
    const u64 base = parent.vruntime > rq.min_vruntime ? parent.vruntime : rq.min_vruntime;
    child.vruntime = base + (slice < MIN_GRANULARITY ? MIN_GRANULARITY : slice);
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
