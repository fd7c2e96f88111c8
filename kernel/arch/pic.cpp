// The two 8259A interrupt controllers (Intel 8259A data sheet): the second hangs on input 2 of the first.
#include "kernel/arch/pic.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"

namespace forkproof {

namespace {

struct Chip {
    u16 command, data;
};
constexpr Chip FIRST{0x20, 0x21}, SECOND{0xa0, 0xa1};
constexpr u32 CASCADE = 2, PER_CHIP = 8;
constexpr u8 ICW1_INIT_WITH_ICW4 = 0x11, ICW4_8086 = 0x01;
constexpr u8 OCW2_END_OF_INTERRUPT = 0x20, OCW3_READ_IN_SERVICE = 0x0b;
constexpr u8 ALL_MASKED = 0xff;

void start(const Chip& chip, u32 vector, u8 cascade) {
    outb(chip.command, ICW1_INIT_WITH_ICW4);
    outb(chip.data, static_cast<u8>(vector));
    outb(chip.data, cascade);
    outb(chip.data, ICW4_8086);
    outb(chip.data, ALL_MASKED);
}

void unmask(const Chip& chip, u32 line) { outb(chip.data, static_cast<u8>(inb(chip.data) & ~(1U << line))); }

bool in_service(const Chip& chip, u32 line) {
    outb(chip.command, OCW3_READ_IN_SERVICE);
    return inb(chip.command) >> line & 1;
}

} // namespace

void pic_init() {
    start(FIRST, IRQ_BASE, 1U << CASCADE);
    start(SECOND, IRQ_BASE + PER_CHIP, CASCADE);
    unmask(FIRST, CASCADE);
}

void pic_unmask(u32 irq) {
    if (irq < PER_CHIP)
        unmask(FIRST, irq);
    else
        unmask(SECOND, irq - PER_CHIP);
}

void pic_end_of_interrupt(u32 irq) {
    if (irq >= PER_CHIP) outb(SECOND.command, OCW2_END_OF_INTERRUPT);
    outb(FIRST.command, OCW2_END_OF_INTERRUPT);
}

bool pic_spurious(u32 irq) {
    if (irq == PER_CHIP - 1) return !in_service(FIRST, PER_CHIP - 1);
    if (irq != 2 * PER_CHIP - 1 || in_service(SECOND, PER_CHIP - 1)) return false;
    outb(FIRST.command, OCW2_END_OF_INTERRUPT); // the first chip did see the second one's call
    return true;
}

} // namespace forkproof
