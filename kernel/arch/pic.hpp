// What traps.cpp asks of the interrupt controllers beyond kernel/arch/traps.hpp.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

/// Whether the interrupt (7 or 15) was none: the line fell before the processor asked. Nothing more is to be
/// done about it then.
[[nodiscard]] bool pic_spurious(u32 irq);

} // namespace forkproof
