// The layouts that the processor prescribes for its tables (Intel SDM volume 3, chapters 3, 6 and 7): shared
// by the files of kernel/arch that fill them.
#pragma once
#include "kernel/arch/thread.hpp"
#include "kernel/arch/traps.hpp"

namespace forkproof {

/// The 32-bit task state segment. Of the first one the processor uses esp0 and ss0 only; the double fault's
/// is a whole task.
struct Tss {
    u32 previous, esp0, ss0, esp1, ss1, esp2, ss2;
    u32 cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    u32 es, cs, ss, ds, fs, gs, ldt;
    u16 trap, io_map; ///< where the bitmap of ports begins; beyond the segment's limit: ring 3 may touch none
};
static_assert(sizeof(Tss) == 104);

// Bits 8..15 and 20..23 of a segment descriptor's upper word, as the access and flags bytes.
inline constexpr u32 ACCESS_KERNEL_CODE = 0x9b, ACCESS_KERNEL_DATA = 0x93, ACCESS_USER_CODE = 0xfb,
                     ACCESS_USER_DATA = 0xf3, ACCESS_TSS = 0x89;
inline constexpr u32 FLAGS_FLAT = 0xc; ///< limit in pages, 32-bit
inline constexpr u32 FLAGS_BYTES = 0;  ///< limit in bytes

constexpr Descriptor segment(u32 base, u32 limit, u32 access, u32 flags) {
    const u32 low = (base & 0xffff) << 16 | (limit & 0xffff);
    const u32 high =
        (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff);
    return Descriptor{high} << 32 | low;
}

/// With the bitmap of ports behind it, and the byte of ones that the processor wants behind that (Intel SDM
/// volume 1, section 19.5.2).
struct MainTss {
    Tss tss;
    u32 io_bitmap[IO_BITMAP_BITS / 32];
    u8 end = 0xff;
};
inline constexpr u16 NO_IO_MAP = sizeof(MainTss);
/// Of the running system; its esp0 and bitmap follow the current task.
extern MainTss main_tss;
/// What the processor switches to on a double fault.
extern Tss double_fault_tss;
inline constexpr u16 DOUBLE_FAULT_SELECTOR = 0x48; ///< GDT entry 9, behind the TLS entries

/// Fills double_fault_tss (kernel/arch/double_fault.cpp).
void double_fault_init();

/// If the trap was ring 0's own while it put ring 3's segment registers back, repairs what was to be loaded,
/// so that the instruction can be tried again, and answers true (kernel/arch/fixup.cpp).
bool fix_up_return(PtRegs& regs);

} // namespace forkproof
