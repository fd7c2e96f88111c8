// kernel/arch/ is all that knows x86 and the PC: entry and exit, descriptors, traps, paging, the context
// switch, FPU state, interrupt controller, timer, keyboard, consoles, and how a run ends.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

/// Whose words they are: only the kernel's are believed by whoever runs the machine (see debug/frames.hpp).
enum class Voice : u8 { kernel, program };

/// Sets up VGA text and COM1 (115200 8N1); port 0xE9 needs nothing.
void console_init();
/// From now on everything goes to COM1 too (console=ttyS0); panics always do.
void console_use_serial(bool on);
/// Writes to port 0xE9 (framed by voice), to the VGA screen, and to COM1 if in use. Never sleeps.
void console_write(Voice voice, Text text);
/// One character typed, or -1 if none is waiting (keyboard or, if in use, COM1).
[[nodiscard]] int console_read();

} // namespace forkproof
