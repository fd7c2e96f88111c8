// The scheduler: one run queue, two classes (real-time by priority, fair by vruntime), pre-emption of ring 3
// only.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

void sched_init();
/// Picks the next task and switches to it; returns when the caller is picked again.
void schedule();
/// Sleeps at most until the time stamp counter reaches `deadline`, in the state set before. True: the time
/// was up.
[[nodiscard]] bool schedule_timeout(u64 deadline);
/// Makes a sleeping or stopped task runnable if its state is one of `states`; true if it was.
bool wake_up_state(Task& task, u32 states);
/// Gives the child its scheduling fields (linux-2.6.33 sched_fork). Cannot fail.
void sched_fork(Task& child, bool reset_on_fork_holds);
/// First time on the run queue (linux-2.6.33 wake_up_new_task).
void wake_up_new_task(Task& child);
/// Sets policy and priority, requeueing where needed.
void set_scheduler(Task& task, u32 policy, u32 rt_priority, bool reset_on_fork);
void set_nice(Task& task, int nice);
void sched_yield();

void complete(Completion& c);
/// Waits in state D until complete() (linux-2.6.33 wait_for_completion).
void wait_for_completion(Completion& c);

inline constexpr u64 TICKS_PER_SECOND = 50'000'000; ///< Bochs's ips: the time stamp counter's rate

/// Wakes timed sleepers whose time has come, and who waits for the disk; with each timer tick.
void run_timers();
/// `dead` is the current task and will never run again: whoever runs next frees it.
void bury_when_switched(Task& dead);
/// First thing on a new stack: buries the dead.
extern "C" void schedule_tail();

/// Sleeps as a disk would make it: until the next timer tick, or until nothing else can run.
void sleep_on_disk();

[[nodiscard]] u32 nr_running();
/// Calls visit(context, task) for each task on the run queue and the running one.
void for_each_runnable(void (*visit)(void*, Task&), void* context);

/// Locks that the listing takes, kept for their promises: taking one twice, or dropping another's, is a
/// panic.
class Lock {
  public:
    constexpr explicit Lock(const char* name) : name_(name) {}
    void lock();
    void unlock();
    [[nodiscard]] bool held() const { return holder_ != nullptr; }

  private:
    const char* name_;
    const Task* holder_ = nullptr;
};
extern Lock tasklist_lock;
extern Lock siglock; ///< one for all sighands: there is one processor
extern Lock fs_lock;

/// The idle task's life: runs what can run, else halts until an interrupt.
[[noreturn]] void idle();

} // namespace forkproof
