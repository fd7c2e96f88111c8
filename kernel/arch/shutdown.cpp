#include "kernel/arch/cpu.hpp"
#include "kernel/arch/serial.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

void shutdown() {
    constexpr u16 SHUTDOWN_PORT = 0x8900; // Bochs's: the word below, a byte at a time, ends the emulator
    serial_drain();
    const Text word = "Shutdown";
    for (std::size_t i = 0; i < word.size; i++) outb(SHUTDOWN_PORT, static_cast<u8>(word.data[i]));
    for (;;) asm volatile("cli\n\thlt"); // a machine that does not know the word
}

} // namespace forkproof
