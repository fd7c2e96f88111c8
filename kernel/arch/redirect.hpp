// A function replaced while the kernel boots, by a jump over its first instruction.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

/// From now on whoever calls `from` calls `to`, which must take and answer the same.
void redirect_function(const void* from, const void* to);

} // namespace forkproof
