// kernel/check/ watches the kernel while it runs: the view of the living task system that the invariants
// read, the checker, the digest that tells whether a failed call left something behind, and failures made on
// purpose. What the floors below tell it is declared there: kernel/task/watch.hpp, kernel/fork/watch.hpp.
#pragma once
#include "kernel/cmdline.hpp"
#include "kernel/fork/fork.hpp"

namespace forkproof {

/// Reads fail= from the command line; panics with the list of steps if there is no such step, or it cannot
/// fail.
void fail_injection_init(const FailRequest& wanted);
/// Whether a failure was asked for that never came, which it says, or that came with a wrong errno, which has
/// been said. Then the run is no success.
[[nodiscard]] bool fail_injection_missed();

} // namespace forkproof
