// System calls made, and those that the kernel lacks: counted where they are dispatched, told at the end.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct MissingCall {
    u32 number = 0, times = 0;
};
struct CallCounts {
    u64 made = 0;
    MissingCall missing[16]; ///< the first sixteen numbers that were asked for in vain
};
extern CallCounts call_counts;

} // namespace forkproof
