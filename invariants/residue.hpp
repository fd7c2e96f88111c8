// What a failed call may leave different: read by the digest, and later by the contracts, the frame theorem
// and the mutants alike. Whatever is not in this table is equal before and after (shared in words in the
// README).
#pragma once

namespace forkproof {

struct ResidueRow {
    const char* what;
    const char* reason;
};

inline constexpr ResidueRow allowed_residue[] = {
    {"order and contents of free frames and free objects",
     "freed memory has no meaning; live objects are equal"},
    {"caches, slabs and page tables grown", "they are kept for the next call; what lives in them is equal"},
    {"counters of ticks, faults, checks, calls and failures", "they count what happened, and it did happen"},
    {"the caller's run time and vruntime; the queue's clock and min_vruntime", "the failed call took time"},
    {"a pid cursor, if step pid was reached", "numbers are not used again at once, so that none is confused"},
    {"the log and STOPPED's budget of lines, if STOPPED is set and neither newuser rule decided",
     "the line was printed"},
    {"the caller's PF_SUPERPRIV, if a capability test succeeded",
     "it says that privilege was used, and it was"},
    {"the caller's saved FPU image", "registers were written back to where they belong"},
    {"the caller's TIF_SIGPENDING", "it was recalculated from the same pending signals"},
    {"write, accessed and dirty bits of the caller's private pages",
     "same frames, counts and bytes: copy-on-write"},
    {"kernel stack below esp", "nobody reads it"},
};

} // namespace forkproof
