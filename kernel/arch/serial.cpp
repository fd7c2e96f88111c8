#include "kernel/arch/serial.hpp"
#include "kernel/arch/cpu.hpp"

namespace forkproof {

namespace {

// The 16550's registers at COM1 (National Semiconductor PC16550D data sheet).
constexpr u16 DATA = 0x3f8, INTERRUPT_ENABLE = 0x3f9, FIFO_CONTROL = 0x3fa, LINE_CONTROL = 0x3fb,
              MODEM_CONTROL = 0x3fc, LINE_STATUS = 0x3fd;
constexpr u8 DIVISOR_LATCH = 0x80, EIGHT_BITS = 0x03, FIFO_ON_AND_CLEAR = 0x07, DTR_AND_RTS = 0x03;
constexpr u8 DATA_READY = 0x01, TRANSMITTER_HOLDING_EMPTY = 0x20, TRANSMITTER_EMPTY = 0x40;
constexpr u8 NO_CHIP = 0xff; // what an empty bus reads as

void send(char c) {
    while (!(inb(LINE_STATUS) & TRANSMITTER_HOLDING_EMPTY)) {
    }
    outb(DATA, static_cast<u8>(c));
}

} // namespace

void serial_init() {
    outb(INTERRUPT_ENABLE, 0);
    outb(LINE_CONTROL, DIVISOR_LATCH);
    outb(DATA, 1); // 115200 / 1
    outb(INTERRUPT_ENABLE, 0);
    outb(LINE_CONTROL, EIGHT_BITS);
    outb(FIFO_CONTROL, FIFO_ON_AND_CLEAR);
    outb(MODEM_CONTROL, DTR_AND_RTS);
}

void serial_write(Text text) {
    for (std::size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n') send('\r');
        send(text.data[i]);
    }
}

int serial_read() {
    const u8 status = inb(LINE_STATUS);
    if (status == NO_CHIP || !(status & DATA_READY)) return -1;
    return inb(DATA);
}

void serial_drain() {
    while (!(inb(LINE_STATUS) & TRANSMITTER_EMPTY)) {
    }
}

} // namespace forkproof
