#include "kernel/mm/frame.hpp"
#include "kernel/arch/boot_info.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/frame_table.hpp"

namespace forkproof {

Frame* frames;
u32 frame_limit;

namespace {

Pfn first_free;
FrameTotals totals;

constexpr u64 ONE_MEGABYTE = 1 << 20;
constexpr u64 DIRECT_MAP_BYTES = 896 * ONE_MEGABYTE; // the loader's and paging_init's mapping

/// Highest usable address below the limit, from the E820 map.
u64 end_of_memory(const BootInfo& boot, u64 limit) {
    u64 end = 0;
    for (u32 i = 0; i < boot.e820_count; i++) {
        const E820Entry& e = boot.e820[i];
        if (e.type == E820_USABLE && e.base < limit && e.base + e.length > end) end = e.base + e.length;
    }
    return end < limit ? end : limit;
}

/// Notes what an entry of the map says of its frames: usable ones only where they are whole, others where
/// they are touched at all.
void mark(const E820Entry& e, FrameUse use) {
    const u64 round = use == FrameUse::free ? PAGE_SIZE - 1 : 0;
    const u64 start = (e.base + round) >> PAGE_SHIFT;
    const u64 end = (e.base + e.length + (PAGE_SIZE - 1 - round)) >> PAGE_SHIFT;
    for (u64 f = start; f < end && f < frame_limit; f++) frames[f].use = use;
}

void add_free(Pfn f) {
    frames[raw(f)] = {0, first_free, FrameUse::free, 0};
    first_free = f;
    totals.free++;
    totals.total++;
}

} // namespace

void frames_init(const BootInfo& boot, u32 limit_mb) {
    u64 limit = DIRECT_MAP_BYTES;
    if (limit_mb != 0 && limit_mb * ONE_MEGABYTE < limit) limit = limit_mb * ONE_MEGABYTE;
    frame_limit = static_cast<u32>(end_of_memory(boot, limit) >> PAGE_SHIFT);

    const u32 after_image = page_up(boot.initrd_end > boot.kernel_end ? boot.initrd_end : boot.kernel_end);
    frames = static_cast<Frame*>(to_virtual(static_cast<PhysAddr>(after_image)));
    const u32 first_usable =
        page_up(after_image + frame_limit * static_cast<u32>(sizeof(Frame))) >> PAGE_SHIFT;
    if (first_usable + FRAME_RESERVE * 2 >= frame_limit)
        panic("{} KB of memory are not enough; give at least {} KB", frame_limit * 4,
              (first_usable + FRAME_RESERVE * 8) * 4);

    for (u32 f = 0; f < frame_limit; f++) frames[f] = {1, Pfn::none, FrameUse::reserved, 0};
    // A BIOS may report entries that overlap: usable is what one calls usable and none calls anything else.
    for (u32 i = 0; i < boot.e820_count; i++)
        if (boot.e820[i].type == E820_USABLE) mark(boot.e820[i], FrameUse::free);
    for (u32 i = 0; i < boot.e820_count; i++)
        if (boot.e820[i].type != E820_USABLE) mark(boot.e820[i], FrameUse::reserved);
    // Highest first, so that the free list hands out the lowest first: what a reader of a dump expects.
    for (u32 f = frame_limit; f-- > first_usable;)
        if (frames[f].use == FrameUse::free) add_free(static_cast<Pfn>(f));
    for (u32 f = 0; f < first_usable; f++) frames[f].use = FrameUse::reserved;
}

PhysAddr end_of_frames() { return phys(static_cast<Pfn>(frame_limit)); }

FORKPROOF_BOUNDARY Pfn alloc_frame(FrameUse use, bool from_reserve) {
    if (totals.free <= (from_reserve ? 0 : FRAME_RESERVE)) return Pfn::none;
    const Pfn f = first_free;
    Frame& frame = frames[raw(f)];
    first_free = frame.link;
    frame.count = 1;
    frame.link = Pfn::none;
    frame.use = use;
    totals.free--;
    totals.used[static_cast<int>(use)]++;
    return f;
}

void get_frame(Pfn f) { frames[raw(f)].count++; }

FORKPROOF_BOUNDARY void put_frame(Pfn f) {
    if (!frame_exists(f)) panic("put_frame: there is no frame {}", raw(f));
    Frame& frame = frames[raw(f)];
    if (frame.count == 0 || frame.use == FrameUse::reserved)
        panic("put_frame: frame {} has count {}", raw(f), frame.count);
    if (--frame.count != 0) return;
    totals.used[static_cast<int>(frame.use)]--;
    totals.free++;
    frame.use = FrameUse::free;
    frame.link = first_free;
    first_free = f;
}

u32 frame_count(Pfn f) { return frames[raw(f)].count; }
FrameUse frame_use(Pfn f) { return frames[raw(f)].use; }
Pfn& frame_link(Pfn f) { return frames[raw(f)].link; }
u16& frame_tally(Pfn f) { return frames[raw(f)].tally; }

FrameTotals frame_totals() { return totals; }

} // namespace forkproof
