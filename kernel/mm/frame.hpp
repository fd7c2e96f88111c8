// kernel/mm/ owns memory: page frames (frame), objects of known kinds (cache), address spaces with their
// mappings and copy-on-write (mm, vma, fault), kernel stacks with guard pages (stack), and the only door to
// ring 3's memory (uaccess).
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct BootInfo;

/// A page frame's number; 0 is "none" (frame 0 holds the BIOS's data and is never given out).
enum class Pfn : u32 { none = 0 };
constexpr u32 raw(Pfn f) { return static_cast<u32>(f); }
constexpr PhysAddr phys(Pfn f) { return static_cast<PhysAddr>(raw(f) << PAGE_SHIFT); }
constexpr Pfn pfn(PhysAddr a) { return static_cast<Pfn>(raw(a) >> PAGE_SHIFT); }

/// The kernel's view of physical memory: all of it is mapped at PAGE_OFFSET.
inline void* to_virtual(PhysAddr a) {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(raw(a) + PAGE_OFFSET));
}
inline void* page_of(Pfn f) { return to_virtual(phys(f)); }
inline PhysAddr to_physical(const void* p) {
    return static_cast<PhysAddr>(static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)) - PAGE_OFFSET);
}

/// Takes the usable frames of the E820 map, less what the kernel, the initrd and the frame table itself
/// occupy. At most `limit_mb` megabytes are used (0: all).
void frames_init(const BootInfo& boot, u32 limit_mb);

/// One past the last byte that the frame table knows: what has to be mapped.
[[nodiscard]] PhysAddr end_of_frames();

/// What a frame is used for: how the checker tells a slab from a page of ring 3.
enum class FrameUse : u8 { free, reserved, user, table, stack, slab, other, io_bitmap };
inline constexpr int FRAME_USES = 8;

/// One frame with a count of one, contents undefined; Pfn::none if memory is out. Leaves FRAME_RESERVE frames
/// for init, unless `from_reserve`.
[[nodiscard]] Pfn alloc_frame(FrameUse use, bool from_reserve = false);
void get_frame(Pfn frame);
/// Drops one count; the last one frees the frame. Dropping a free frame is a panic.
void put_frame(Pfn frame);
[[nodiscard]] u32 frame_count(Pfn frame);
[[nodiscard]] FrameUse frame_use(Pfn frame);
/// A word that the frame's owner may use as it likes while it is allocated: a link to the next page table.
[[nodiscard]] Pfn& frame_link(Pfn frame);
extern u32 frame_limit; ///< one past the highest frame number
/// Whether the frame number exists at all.
[[nodiscard]] inline bool frame_exists(Pfn frame) { return raw(frame) < frame_limit; }

/// The checker's count of page table entries that map the frame; zero between checks.
[[nodiscard]] u16& frame_tally(Pfn frame);

struct FrameTotals {
    u32 total = 0, free = 0;
    u32 used[FRAME_USES] = {}; ///< by FrameUse
};
[[nodiscard]] FrameTotals frame_totals();
inline constexpr u32 FRAME_RESERVE = 64; ///< frames that only init may take: it must outlive a memory famine

} // namespace forkproof
