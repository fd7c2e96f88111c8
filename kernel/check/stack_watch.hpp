// How much of the kernel stack the calls use (the word `stacks`): each call paints what lies below it, and
// looks afterwards how much of the paint is left. Without the word nothing of this runs.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

/// From now on every call is measured.
void stack_watch_init();
/// A line with the most that each process call has used; nothing if nothing was measured.
void print_stack_use();

} // namespace forkproof
