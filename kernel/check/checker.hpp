// The run-time checker: all invariants after every process call, counted by name.
#pragma once
#include "kernel/cmdline.hpp"
#include "kernel/fork/fork.hpp"

namespace forkproof {

/// How often to check (check=off|call|step).
void checker_init(CheckMode mode);
[[nodiscard]] bool checks_are_on();

/// Checks everything now. On a violation prints the invariants that fail, the tasks and objects, the call and
/// its backtrace, and ends the run.
void check_invariants(const char* call, const Task& by, u32 flags, const Task* half_made);

/// How often each invariant was checked, in the order of invariants/predicates.hpp, then the step properties.
struct CheckCounts {
    u32 rounds = 0;          ///< all invariants once
    u32 mid_call_rounds = 0; ///< those that hold in mid-call, between the steps of a fork
    u32 accepted_clones = 0; ///< the properties of a step, once each
};
[[nodiscard]] const CheckCounts& check_counts();
[[nodiscard]] u32 times_checked(int invariant);

/// With check=step: checks the invariants that hold between two steps of a fork.
void step_done(const char* step, const ForkRequest& request);

/// The resource that the child shares with its maker, or not, against invariants/sharing.hpp; null: all is
/// right.
[[nodiscard]] const char* wrongly_shared(u32 flags, const Task& parent, const Task& child);

/// A violation that the checker's own predicates did not find: by the digest, or a property of a step.
[[noreturn]] void report_violation(const char* name, const char* sentence, const char* call, const Task& by,
                                   u32 flags);

/// "VM | FS | SIGCHLD" into the buffer.
void flags_in_words(u32 flags, char* buffer, u32 size);

} // namespace forkproof
