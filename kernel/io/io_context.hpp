// kernel/io/ is what a task may do and says about input and output: the ports that ring 3 may touch
// (io_bitmap), and the io context, in which its priority with the block layer stands (linux-2.6.33
// block/blk-ioc.c, fs/ioprio.c). There is no disk to be queued for, so the priority is kept, shared and
// copied, and nothing else.
#pragma once
#include "kernel/lib/kinds.hpp"

namespace forkproof {

// linux-2.6.33 linux/ioprio.h: the class stands above 13 bits of data.
inline constexpr u32 IOPRIO_CLASS_SHIFT = 13, IOPRIO_CLASS_NONE = 0, IOPRIO_CLASS_RT = 1, IOPRIO_CLASS_BE = 2,
                     IOPRIO_CLASS_IDLE = 3, IOPRIO_BE_NR = 8, IOPRIO_NORM = 4;

/// Tasks made with CLONE_IO share one. A task has none before it sets a priority.
struct IoContext {
    u32 count = 1;
    u32 ioprio = 0; ///< class and data; class 0: none was set
};

[[nodiscard]] inline bool ioprio_valid(u32 ioprio) {
    return ioprio >> IOPRIO_CLASS_SHIFT != IOPRIO_CLASS_NONE;
}

/// A context with this priority, count 1; null if memory is out.
[[nodiscard]] IoContext* create_io_context(u32 ioprio);
inline void get_io_context(IoContext* c) { c->count++; }
/// Drops one count; the last one frees the context.
void put_io_context(IoContext* c);

} // namespace forkproof
