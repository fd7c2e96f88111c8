// Sleeping: wait queues, time-outs, completions, and the disk that exec reads from.
#include "kernel/arch/cpu.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

List<Task, &Task::timer_node> timers; ///< timed sleepers by wake_time
WaitQueue disk_queue;

u32 task_state(SleepState s) {
    switch (s) {
    case SleepState::interruptible: return TASK_INTERRUPTIBLE;
    case SleepState::uninterruptible: return TASK_UNINTERRUPTIBLE;
    case SleepState::killable: return TASK_KILLABLE;
    }
    return TASK_UNINTERRUPTIBLE;
}

constexpr u32 SLEEPING = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

void join(WaitQueue& q, SleepState state) {
    Task& t = *current();
    sleepers(q).push_back(t);
    t.waiting_on = &q;
    t.state = task_state(state);
}

void leave() {
    Task& t = *current();
    t.wait_node.unlink();
    t.waiting_on = nullptr;
}

} // namespace

void sleep_on(WaitQueue& queue, SleepState state) {
    join(queue, state);
    schedule();
    leave();
}

bool sleep_on_until(WaitQueue& queue, SleepState state, u64 deadline) {
    join(queue, state);
    const bool late = schedule_timeout(deadline);
    leave();
    return late;
}

u32 wake_up_some(WaitQueue& queue, u32 n) {
    u32 woken = 0;
    for (Task& t : sleepers(queue)) {
        if (woken == n) break;
        t.wait_node.unlink();
        if (wake_up_state(t, SLEEPING)) woken++;
    }
    return woken;
}

void wake_up(WaitQueue& queue) { wake_up_some(queue, ~0U); }

bool schedule_timeout(u64 deadline) {
    Task& t = *current();
    t.wake_time = deadline;
    t.timed_out = false;
    Task* after = timers.front();
    while (after && after->wake_time <= deadline) after = timers.next(*after);
    if (after)
        timers.insert_before(t, *after);
    else
        timers.push_back(t);
    schedule();
    t.timer_node.unlink();
    return t.timed_out;
}

void run_timers() {
    wake_up(disk_queue);
    const u64 now = rdtsc();
    while (Task* t = timers.front()) {
        if (t->wake_time > now) break;
        t->timer_node.unlink();
        t->timed_out = true;
        wake_up_state(*t, SLEEPING);
    }
}

void sleep_on_disk() { sleep_on(disk_queue, SleepState::uninterruptible); }

void complete(Completion& c) {
    c.done = true;
    if (c.waiter) wake_up_state(*c.waiter, TASK_UNINTERRUPTIBLE);
}

void wait_for_completion(Completion& c) {
    while (!c.done) {
        c.waiter = current();
        current()->state = TASK_UNINTERRUPTIBLE;
        schedule();
    }
}

void Lock::lock() {
    if (holder_) panic("{} is taken twice, by pid {} and pid {}", name_, holder_->pid, current()->pid);
    holder_ = current();
}

void Lock::unlock() {
    if (holder_ != current()) panic("{} is dropped by pid {}, who does not hold it", name_, current()->pid);
    holder_ = nullptr;
}

Lock tasklist_lock("tasklist_lock");
Lock siglock("siglock");
Lock fs_lock("fs->lock");

void idle() {
    for (;;) {
        schedule();
        if (disk_queue.waiting.linked()) {
            wake_up(disk_queue); // nothing else wants to run: the disk is done
            continue;
        }
        // No timer runs, and reading the keyboard is a matter of timers too: nothing will ever wake anybody.
        if (timers.empty()) panic("deadlock: every task sleeps, and nothing can wake one");
        asm volatile("sti; hlt; cli" ::: "memory");
    }
}

} // namespace forkproof
