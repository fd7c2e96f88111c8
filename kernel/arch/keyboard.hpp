// The PC keyboard: IRQ 1 puts characters into a ring, console_read takes them out.
#pragma once

namespace forkproof {

/// The oldest character typed and not yet read, or -1.
[[nodiscard]] int keyboard_read();

} // namespace forkproof
