// What the kernel says at the end of a run.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Ends the run: if everything held, prints the summary and, last, the verdict line; then power off. `status`
/// is the program's exit status as init reports it; nobody but the first init is believed.
[[noreturn]] void power_off(u32 status);

/// One line about a task: numbers, name, state, and what it holds.
void print_task(const Task& task);

} // namespace forkproof
