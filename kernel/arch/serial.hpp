// COM1, polled: it says what went wrong when nothing else can, and is a console if the command line asks.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

/// 115200 baud, 8 bits, no parity, FIFOs on, interrupts off.
void serial_init();
/// Sends; a newline becomes carriage return and newline. Waits for the chip without a bound: where there is
/// no chip the ports read as all ones, which is "ready".
void serial_write(Text text);
/// A character received, or -1.
[[nodiscard]] int serial_read();
/// Waits until the last character has left the chip.
void serial_drain();

} // namespace forkproof
