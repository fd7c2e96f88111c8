// How one step of a fork is made to fail by itself: it finds no memory, or a signal is pending.
#pragma once
#include "kernel/fork/step.hpp"

namespace forkproof {

/// A step that only looks whether a signal is pending fails because there is one.
[[nodiscard]] bool fails_by_a_signal(const Step& step);
/// The signal that it fails by: no difference between before and after, as it was sent for the failure.
[[nodiscard]] SigSet signals_of_failure(const Step& step);

/// Whether a failure can be made in the current task: an init cannot be stopped, and the idle task's fork is
/// the boot's own.
[[nodiscard]] bool can_fail_here(const Step& step);

/// The step, failing by itself: for want of memory, and `pid` for want of numbers too. The errno is its own.
/// One that needs no memory now, because it shares, is taken back and fails with its usual errno.
[[nodiscard]] Errno fail_by_itself(const Step& step, ForkRequest& request);

/// The call may read a TLS descriptor whose page nobody has touched yet. That the page comes into being is
/// residue (invariants/residue.hpp), so it does so before the digest is taken.
void touch_what_is_read(const ForkRequest& request);

} // namespace forkproof
