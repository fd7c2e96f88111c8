// Points in time of the boot, in ticks of the time stamp counter.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct BootTimes {
    u64 start = 0;      ///< 0x7c00
    u64 disk = 0;       ///< spent in reading and in checksums
    u64 first_user = 0; ///< the first instruction of ring 3
};
extern BootTimes boot_times;

} // namespace forkproof
