// kernel/futex/: sleeping on a word of ring 3's memory, which is how threads wait for each other and how
// CLONE_CHILD_CLEARTID tells that a thread is gone.
#pragma once
#include "kernel/mm/mm.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/held.hpp"

namespace forkproof {

/// Sleeps if the word still has this value: 0 when woken, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS, -EFAULT. A
/// deadline of 0 means none.
[[nodiscard]] i32 futex_wait(UserAddr address, u32 value, u32 bitset, u64 deadline);

} // namespace forkproof
