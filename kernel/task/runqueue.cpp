#include "kernel/task/runqueue.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/lib/divide.hpp"

namespace forkproof {

constinit Runqueue rq;

namespace {

/// How much weight a nice level has (linux-2.6.33 prio_to_weight: each step is about 25 %).
constexpr u32 prio_to_weight[40] = {88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
                                    9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,
                                    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,
                                    110,   87,    70,    56,    45,    36,    29,    23,    18,    15};

} // namespace

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

void update_curr() {
    Task& t = *current();
    const u64 now = rdtsc();
    const u64 ran = now - t.exec_start;
    t.exec_start = now;
    if (&t == &init_task) return;
    t.sum_exec_runtime += ran;
    if (t.sched_class != SchedClass::fair) return;
    // Only the usual weight goes without a division.
    t.vruntime += t.load_weight == NICE_0_LOAD ? ran : quotient(ran * NICE_0_LOAD, t.load_weight);
    const Task* first = rq.fair.front();
    const u64 least = first && first->vruntime < t.vruntime ? first->vruntime : t.vruntime;
    if (least > rq.min_vruntime) rq.min_vruntime = least;
}

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

} // namespace forkproof
