// The VGA text screen, 80 columns by 25 rows.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

/// Clears the screen.
void vga_init();
/// Writes at the cursor; understands newline, carriage return, tab and backspace, and scrolls.
void vga_write(Text text);

} // namespace forkproof
