// What becomes of the children and the process groups of a task that dies.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Gives the children to another thread of the group, or to the init of the pid namespace; the death of that
/// init kills the whole namespace first (linux-2.6.33 forget_original_parent, zap_pid_ns_processes).
void forget_original_parent(Task& father);
/// Whether no living member but `ignored` has a parent outside the group but in its session: then nobody is
/// left to continue it (linux-2.6.33 will_become_orphaned_pgrp).
[[nodiscard]] bool orphaned_pgrp(Pid& pgrp, const Task* ignored);
/// A stopped process group that nobody is left to continue gets SIGHUP and SIGCONT. `parent` is the dying
/// parent of `task`, or null if it is the task itself that dies.
void kill_orphaned_pgrp(Task& task, Task* parent);

} // namespace forkproof
