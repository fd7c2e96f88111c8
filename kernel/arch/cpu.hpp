// Single instructions that C++ has no words for, and the processor's control registers.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

inline u8 inb(u16 port) {
    u8 v;
    asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
inline void outb(u16 port, u8 v) { asm volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
inline u64 rdtsc() {
    u32 lo, hi;
    asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return u64{hi} << 32 | lo;
}
inline u32 read_cr2() {
    u32 v;
    asm volatile("mov %%cr2, %0" : "=r"(v));
    return v;
}
inline u32 read_cr3() {
    u32 v;
    asm volatile("mov %%cr3, %0" : "=r"(v));
    return v;
}
inline void write_cr3(u32 v) { asm volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
inline u32 read_cr0() {
    u32 v;
    asm volatile("mov %%cr0, %0" : "=r"(v));
    return v;
}
inline void write_cr0(u32 v) { asm volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
inline u32 read_cr4() {
    u32 v;
    asm volatile("mov %%cr4, %0" : "=r"(v));
    return v;
}
inline void write_cr4(u32 v) { asm volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
inline void invlpg(u32 address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }
/// Bochs's magic breakpoint; does nothing elsewhere (and nothing in Bochs unless magic_break is enabled).
inline void magic_breakpoint() { asm volatile("xchg %bx, %bx"); }

// Control register bits (Intel SDM volume 3, section 2.5).
inline constexpr u32 CR0_MP = 1U << 1, CR0_EM = 1U << 2, CR0_TS = 1U << 3, CR0_NE = 1U << 5,
                     CR0_WP = 1U << 16;
inline constexpr u32 CR4_PSE = 1U << 4, CR4_PGE = 1U << 7, CR4_OSFXSR = 1U << 9, CR4_OSXMMEXCPT = 1U << 10;

/// Page protection holds for the kernel too (CR0.WP), and no flag that the loader left stays set.
void cpu_init();
/// Whether a word at this kernel address can be read: for backtraces through stacks that may be damaged.
[[nodiscard]] bool kernel_readable(u32 address);

} // namespace forkproof
