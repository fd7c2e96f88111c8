// Looking over the shoulder of a fork: what do_fork and copy_process tell the checker (kernel/check), which
// implements these. Only if fail= or check=step asks for it does a step do more than its own work.
#pragma once
#include "kernel/fork/fork.hpp"

namespace forkproof {

/// Whether copy_process is to take its steps through acquire_watched.
extern bool steps_are_watched;
/// A step that may be made to fail, and after which the invariants that hold in mid-call are checked.
[[nodiscard]] Errno acquire_watched(int step, ForkRequest& request);
/// Around a call that may fail on purpose: the digest before, and after.
void fail_injection_call_begins(const ForkRequest& request);
void fail_injection_call_ends(Errno result, u32 flags);
/// After an accepted clone: the limits that its verdict saw were kept, and all invariants hold.
void clone_accepted(const ForkRequest& request, const VerdictContext& seen);

} // namespace forkproof
