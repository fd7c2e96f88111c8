// Looking over the shoulder of copy_process: only if fail= or check=step asks for it does a step do more than
// its own work.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct ForkRequest;

/// Whether copy_process is to take its steps through acquire_watched.
extern bool steps_are_watched;
/// A step that may be made to fail, and after which the invariants that hold in mid-call are checked.
[[nodiscard]] Errno acquire_watched(int step, ForkRequest& request);
/// With check=step: checks the invariants that hold in mid-call.
void step_done(const char* step, const ForkRequest& request);

} // namespace forkproof
