// Faults planted on purpose (provoke=NAME): each way in which a run can end badly, and for every invariant a
// one-field corruption of the living state, so that the checker itself can be tested, and so that a learner
// can see what a panic or a violation looks like.
#pragma once
#include "kernel/lib/string.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// Arms the fault; an unknown name is a panic with the list of names.
void provoke_init(Text name);
/// Plants it after the third accepted clone of a program: in `child`, just made by `parent`.
void provoke_after_clone(Task& child, Task& parent);
/// provoke=restored: makes a call that failed on purpose leave something behind.
void provoke_after_failure(Task& caller);

} // namespace forkproof
