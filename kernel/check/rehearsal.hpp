// fail=each and fail=nth: every call by which a program makes a task is made to fail in every way before it
// works. The program makes real calls and repeats one that fails (user/failing.cpp); whose turn it is, the
// kernel remembers here, by caller and flag word. So the whole way is walked each time, from ring 3 and back,
// by whatever has called: a thread, a task with an io context, in a namespace of its own.
#pragma once
#include "kernel/fork/fork.hpp"

namespace forkproof {

enum class Rehearsal : u8 {
    none,
    each, ///< each step that can fail does, in turn, by itself
    nth,  ///< the k-th allocation of the call finds no memory, k = 1, 2, ... until no call needs so many; of
          ///< execve and pipe too
};

void rehearsal_init(Rehearsal mode);
[[nodiscard]] bool rehearsing();

/// Around a call of do_fork, and its steps. Init's own calls are left alone.
void rehearsal_clone_begins(const ForkRequest& request);
[[nodiscard]] Errno rehearsal_acquire(int step, ForkRequest& request);
void rehearsal_clone_ends(Errno result, u32 flags);
/// The call has told everybody and returns: what its caller allocates from now on is its own.
void rehearsal_clone_accepted();
/// A task has ended, or has waited for one: after an exec that could not go back.
void rehearsal_process_call(Text call, const Task& by);

/// At the end of the run: a line a step. False if anything was left untried.
[[nodiscard]] bool rehearsal_report();

} // namespace forkproof
