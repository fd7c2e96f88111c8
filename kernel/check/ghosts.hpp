// What the checker remembers of how things came about: who was given its capabilities by somebody privileged,
// which namespaces privilege made, in whose memory a signal handler lies. The kernel itself decides nothing
// by it. Kept in each task (Task::ghosts), and only while somebody looks on.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// It has a capability that means something everywhere: with rules=linux-6.1 only those of the first user
/// namespace do.
[[nodiscard]] bool is_privileged_task(const Task& t);
/// A signal would be handled at an address.
[[nodiscard]] bool has_handler_of_its_own(const Sighand& handlers);

/// After an accepted clone: the child's ghosts come from its maker's, who is privileged or not at this
/// instant.
void ghosts_after_clone(Task& child, const Task& maker);
/// After another process call of this task: an exec, a change of credentials.
void ghosts_after_call(Task& task);

} // namespace forkproof
