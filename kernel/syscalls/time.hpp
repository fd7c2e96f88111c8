// Ring 3's times and the time stamp counter's ticks.
#pragma once
#include "kernel/arch/cpu.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

struct Timespec {
    i32 sec, nsec;
};

/// Ticks that a struct timespec of ring 3 means. EFAULT, EINVAL.
[[nodiscard]] Errno read_timespec(UserAddr from, u64& ticks);
[[nodiscard]] Timespec timespec_of(u64 ticks);

} // namespace forkproof
