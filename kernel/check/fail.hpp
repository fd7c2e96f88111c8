// kernel/check/ watches the kernel while it runs: the view of the living task system that the invariants
// read, the checker, the digest that tells whether a failed call left something behind, and failures made on
// purpose.
#pragma once
#include "kernel/cmdline.hpp"
#include "kernel/fork/verdict.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

struct ForkRequest;

/// Reads fail= from the command line; panics with the list of steps if there is no such step, or it cannot
/// fail.
void fail_injection_init(const FailRequest& wanted);
/// The errno with which this step is to fail now, or OK. For signal-check a SIGSTOP is queued instead.
[[nodiscard]] Errno injected_failure(int step, const ForkRequest& request);
/// Around a call that may fail on purpose: the digest before, and after.
void fail_injection_call_begins();
void fail_injection_call_ends(Errno result, u32 flags);
/// The stop that an injected failure of signal-check began: continues the task at once.
void fail_injection_stopped(Task& task);

/// Whether a failure was asked for that never came; says so. Then a run proves nothing.
[[nodiscard]] bool fail_injection_missed();

/// After an accepted clone: the limits that its verdict saw were kept, and all invariants hold.
void clone_accepted(const ForkRequest& request, const VerdictContext& seen);

/// To be called when a process call is over (fork, exec, exit, wait, ...): checks the invariants if asked to.
void process_call_done(const char* call, const Task& by);

} // namespace forkproof
