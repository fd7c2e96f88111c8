#include "kernel/arch/cpu.hpp"

namespace forkproof {

namespace {

constexpr u32 FLAGS_RESET = 2; // bit 1 is always set; NT, AC, IOPL and IF are clear

} // namespace

void cpu_init() {
    write_cr0(read_cr0() | CR0_WP);
    asm volatile("pushl %0\n\tpopfl" : : "r"(FLAGS_RESET) : "memory", "cc");
}

bool kernel_readable(u32 address) {
    if (address < PAGE_OFFSET) return false;
    constexpr u32 PRESENT = 1, LARGE = 0x80; // Intel SDM volume 3, section 4.3
    const auto table = [](u32 entry) {
        return reinterpret_cast<const u32*>(static_cast<std::uintptr_t>(page_down(entry) + PAGE_OFFSET));
    };
    const u32 pde = table(read_cr3())[address >> 22];
    if (!(pde & PRESENT) || pde & LARGE) return pde & PRESENT;
    return table(pde)[address >> PAGE_SHIFT & 1023] & PRESENT;
}

} // namespace forkproof
