#include "kernel/futex/futex.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

constexpr u32 BUCKETS = 64;
constinit WaitQueue buckets[BUCKETS] = {};

/// All memory is private, so an address space and an address name a word (linux-2.6.33 get_futex_key).
WaitQueue& bucket(const Mm& mm, UserAddr address) {
    return buckets[(static_cast<u32>(reinterpret_cast<std::uintptr_t>(&mm)) / 64 + address / 4) % BUCKETS];
}

} // namespace

i32 futex_wait(UserAddr address, u32 value, u32 bitset, u64 deadline) {
    u32 now;
    if (get_user(now, address) != Errno::OK) return negative(Errno::EFAULT);
    if (now != value) return negative(Errno::EAGAIN);
    Task& me = *current();
    me.futex_address = address;
    me.futex_bitset = bitset;
    WaitQueue& queue = bucket(*me.mm, address);
    const bool late = deadline != 0 ? sleep_on_until(queue, SleepState::interruptible, deadline)
                                    : (sleep_on(queue, SleepState::interruptible), false);
    const bool woken = me.futex_address == 0; // the waker says so
    me.futex_address = 0;
    if (woken) return 0;
    return negative(late ? Errno::ETIMEDOUT : Errno::ERESTARTSYS);
}

u32 futex_wake(Mm& mm, UserAddr address, u32 n, u32 bitset) {
    u32 woken = 0;
    for (Task& t : sleepers(bucket(mm, address))) {
        if (woken == n) break;
        if (t.mm != &mm || t.futex_address != address || !(t.futex_bitset & bitset)) continue;
        t.futex_address = 0;
        t.wait_node.unlink();
        wake_up_state(t, TASK_INTERRUPTIBLE);
        woken++;
    }
    return woken;
}

} // namespace forkproof
