// A task's bitmap of the ports that ring 3 may touch (linux-2.6.33 arch/x86/kernel/ioport.c). Two frames,
// each task its own; the processor looks at the copy in the TSS (load_io_bitmap).
#pragma once
#include "kernel/arch/thread.hpp"

namespace forkproof {

/// A bitmap that allows nothing. False: memory is out, and there is none.
[[nodiscard]] bool create_io_bitmap(Thread& thread);
/// A copy of the other's bitmap. False: memory is out, and there is none.
[[nodiscard]] bool dup_io_bitmap(Thread& to, const Thread& from);
void free_io_bitmap(Thread& thread);
/// The current task gives its bitmap back, and may touch no port from now on.
void exit_io_bitmap(Thread& thread);
/// Allows or forbids `count` ports from the first.
void set_io_permission(Thread& thread, u32 first, u32 count, bool allowed);

} // namespace forkproof
