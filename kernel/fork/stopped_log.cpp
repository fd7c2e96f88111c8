#include "kernel/fork/stopped_log.hpp"
#include "invariants/flags.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

constexpr u64 BURST_TIME = 5 * TICKS_PER_SECOND;
constexpr u32 BURST = 10;

u32 lines_left = 100;
u64 burst_began;
u32 in_burst;

bool within_rate() {
    const u64 now = rdtsc();
    if (in_burst == 0 || now - burst_began > BURST_TIME) {
        burst_began = now;
        in_burst = 0;
    }
    return in_burst < BURST;
}

} // namespace

void log_stopped_flag() {
    if (lines_left == 0 || !within_rate()) return;
    lines_left--;
    in_burst++;
    print("fork: process `{}' used the deprecated clone flag STOPPED ({x})\n", current()->comm,
          static_cast<u32>(CLONE_STOPPED));
}

} // namespace forkproof
