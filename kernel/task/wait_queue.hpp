// Sleeping by name: a queue of tasks that wait for one event. Ring 0 is not pre-emptive, so a task that finds
// its condition false and calls sleep_on cannot miss the wake-up in between.
#pragma once
#include "kernel/lib/list.hpp"

namespace forkproof {

struct WaitQueue {
    ListNode waiting; ///< Task::wait_node of each sleeper, in the order of arrival
};

enum class SleepState : u8 {
    interruptible,   ///< TASK_INTERRUPTIBLE: a signal ends the sleep
    uninterruptible, ///< TASK_UNINTERRUPTIBLE ("D"): only the event does
    killable,        ///< TASK_KILLABLE: a fatal signal does
};

/// Sleeps until wake_up, or a signal if the state allows it. The caller re-tests its condition in a loop, and
/// asks signal_pending(current()) where that matters.
void sleep_on(WaitQueue& queue, SleepState state);
/// As sleep_on, but at most until the time stamp counter reaches `deadline`. True if the time was up.
[[nodiscard]] bool sleep_on_until(WaitQueue& queue, SleepState state, u64 deadline);
/// Makes every sleeper runnable.
void wake_up(WaitQueue& queue);
/// Makes at most `n` sleepers runnable; returns how many.
u32 wake_up_some(WaitQueue& queue, u32 n);

} // namespace forkproof
