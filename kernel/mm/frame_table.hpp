// The frame table itself, for kernel/mm only: fork and exit touch an entry for each page, so this must be
// inline.
#pragma once
#include "kernel/mm/frame.hpp"

namespace forkproof {

struct Frame {
    u32 count;
    Pfn link; ///< next free frame, or the owner's word
    FrameUse use;
    u16 tally; ///< the checker's: how many page table entries map it
};

/// Indexed by frame number.
extern Frame* frames;

/// get_frame and put_frame for a frame that a page table maps, so that it is known to be alive.
inline void get_mapped_frame(Pfn f) { frames[raw(f)].count++; }
inline void put_mapped_frame(Pfn f) {
    Frame& frame = frames[raw(f)];
    if (frame.count > 1)
        frame.count--;
    else
        put_frame(f);
}

} // namespace forkproof
