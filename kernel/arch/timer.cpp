#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"

namespace forkproof {

void timer_init() {
    // Channel 0 of the 8254: both bytes of the divisor, mode 2 (rate generator), binary.
    constexpr u16 CHANNEL_0 = 0x40, CONTROL = 0x43;
    constexpr u8 RATE_GENERATOR = 0x34;
    constexpr u32 OSCILLATOR = 1'193'182; // Hz
    constexpr u32 DIVISOR = (OSCILLATOR + HZ / 2) / HZ;
    static_assert(DIVISOR <= 0xffff);
    constexpr u32 TIMER_IRQ = 0;
    outb(CONTROL, RATE_GENERATOR);
    outb(CHANNEL_0, static_cast<u8>(DIVISOR & 0xff));
    outb(CHANNEL_0, static_cast<u8>(DIVISOR >> 8));
    pic_unmask(TIMER_IRQ);
}

} // namespace forkproof
