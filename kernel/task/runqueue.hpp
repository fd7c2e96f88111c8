// The run queue: who can run, in which order, and what the running one is charged. For kernel/task only.
#pragma once
#include "kernel/arch/traps.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

using RunList = List<Task, &Task::run_list>;

inline constexpr u64 TICK = TICKS_PER_SECOND / HZ; // ticks of the time stamp counter per timer interrupt
inline constexpr u64 SCHED_LATENCY = 6 * TICKS_PER_SECOND / 1000;  // linux-2.6.33 kernel/sched_fair.c: 6 ms,
inline constexpr u64 MIN_GRANULARITY = TICKS_PER_SECOND / 500;     // 2 ms,
inline constexpr u64 WAKEUP_GRANULARITY = TICKS_PER_SECOND / 1000; // 1 ms
inline constexpr u32 RR_TIMESLICE = HZ / 10;                       // 100 ms
inline constexpr u32 NICE_0_LOAD = 1024;

struct Runqueue {
    RunList rt[MAX_RT_PRIO];
    u32 rt_bits[(MAX_RT_PRIO + 31) / 32] = {};
    RunList fair;       ///< by vruntime
    u32 nr_running = 0; ///< queued or running, but idle
    u64 min_vruntime = 0;
    Task* dead = nullptr; ///< just switched away from for ever: its stack is freed by the next task
};
extern Runqueue rq;

/// The running task should give way on its return to ring 3.
void resched_current();
void enqueue(Task& task);
void dequeue(Task& task);
/// The one to run next, still queued; null if only idle is left.
[[nodiscard]] Task* pick_next();
/// Charges the running task for the time since it was last charged (linux-2.6.33 update_curr).
void update_curr();
/// Sees to it that a task that has become runnable runs before the current one, if it should.
void check_preempt(const Task& woken);
/// The weight that the task's nice level gives it.
void set_load_weight(Task& task);

} // namespace forkproof
