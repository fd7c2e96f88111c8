// Before and after a call that fails on purpose: the digest of the living state, and how many objects of each
// kind and frames of each use there are. Both must be equal.
#pragma once
#include "kernel/check/digest.hpp"
#include "kernel/lib/kinds.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

/// Objects alive, and frames that are more than caches: those of slabs and page tables may have become more.
struct LiveCounts {
    u32 objects[KIND_COUNT] = {};
    u32 user_frames = 0, stack_frames = 0, other_frames = 0, io_bitmap_frames = 0;
    u32 cgroup_directories = 0;
    [[nodiscard]] static LiveCounts now();
    bool operator==(const LiveCounts&) const = default;
    /// How many more there are here than `before`, of all kinds.
    [[nodiscard]] u32 leaks_since(const LiveCounts& before) const;
    [[nodiscard]] u32 all_objects() const;
};

struct Snapshot {
    Digest digest;
    LiveCounts live;
    [[nodiscard]] static Snapshot take(SigSet ignored_pending = 0);
    bool operator==(const Snapshot&) const = default;
};

/// Prints which parts and kinds differ, a line each.
void print_differences(const Snapshot& before, const Snapshot& after);
void print_differences(const LiveCounts& before, const LiveCounts& after);

} // namespace forkproof
