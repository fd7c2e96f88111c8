// What becomes of the children and the process groups of a task that dies.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Gives the children to another thread of the group, or to the init of the pid namespace; the death of that
/// init kills the whole namespace first (linux-2.6.33 forget_original_parent, zap_pid_ns_processes).
void forget_original_parent(Task& father);
/// A stopped process group that nobody is left to continue gets SIGHUP and SIGCONT. `parent` is the dying
/// parent of `task`, or null if it is the task itself that dies.
void kill_orphaned_pgrp(Task& task, Task* parent);

} // namespace forkproof
