#include "kernel/check/restored.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

LiveCounts LiveCounts::now() {
    LiveCounts c;
    for (int k = 0; k < KIND_COUNT; k++) c.objects[k] = live_objects(static_cast<Kind>(k));
    const FrameTotals frames = frame_totals();
    c.user_frames = frames.used[static_cast<int>(FrameUse::user)];
    c.stack_frames = frames.used[static_cast<int>(FrameUse::stack)];
    c.other_frames = frames.used[static_cast<int>(FrameUse::other)];
    c.io_bitmap_frames = frames.used[static_cast<int>(FrameUse::io_bitmap)];
    for_each_live(
        Kind::inode,
        [](void* n, void* inode) { *static_cast<u32*>(n) += holds_hierarchy(*static_cast<Inode*>(inode)); },
        &c.cgroup_directories);
    return c;
}

u32 LiveCounts::leaks_since(const LiveCounts& before) const {
    u32 leaks = 0;
    const auto add = [&](u32 was, u32 is) { leaks += is > was ? is - was : 0; };
    for (int k = 0; k < KIND_COUNT; k++) add(before.objects[k], objects[k]);
    add(before.user_frames, user_frames);
    add(before.stack_frames, stack_frames);
    add(before.other_frames, other_frames);
    add(before.io_bitmap_frames, io_bitmap_frames);
    return leaks;
}

u32 LiveCounts::all_objects() const {
    u32 all = 0;
    for (const u32 n : objects) all += n;
    return all;
}

Snapshot Snapshot::take(SigSet ignored_pending) { return {take_digest(ignored_pending), LiveCounts::now()}; }

void print_differences(const LiveCounts& before, const LiveCounts& after) {
    const auto line = [](const char* what, u32 was, u32 is) {
        if (was != is) print("  {}: {} before, {} after\n", what, was, is);
    };
    for (int k = 0; k < KIND_COUNT; k++) line(kind_names[k], before.objects[k], after.objects[k]);
    line("frames of ring 3", before.user_frames, after.user_frames);
    line("frames of kernel stacks", before.stack_frames, after.stack_frames);
    line("other frames", before.other_frames, after.other_frames);
    line("frames of I/O bitmaps", before.io_bitmap_frames, after.io_bitmap_frames);
    line("directories of cgroups", before.cgroup_directories, after.cgroup_directories);
}

void print_differences(const Snapshot& before, const Snapshot& after) {
    for (int i = 0; i < DIGEST_PARTS; i++)
        if (before.digest.part[i] != after.digest.part[i])
            print("  {}: before {08x}, after {08x}\n", digest_part_names[i], before.digest.part[i],
                  after.digest.part[i]);
    print_differences(before.live, after.live);
}

} // namespace forkproof
