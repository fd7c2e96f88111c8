// proofs/theorems/ says what is proved of the kernel's machine code: one file a group, each theorem a
// function that builds start states, runs the code, and states what must be so at the end of every path.
#pragma once
#include "proofs/world/changes.hpp"
#include "proofs/world/machine_theorem.hpp"

namespace forkproof::proofs {

std::vector<Theorem> verdict_theorems();
std::vector<Theorem> ladder_theorems();
std::vector<Theorem> publish_theorems();
std::vector<Theorem> do_fork_theorems();
std::vector<Theorem> child_theorems();
std::vector<Theorem> allocator_theorems();
std::vector<Theorem> step_theorems();
std::vector<Theorem> steps_files_theorems();
std::vector<Theorem> steps_creds_theorems();
std::vector<Theorem> steps_task_theorems();
std::vector<Theorem> scheduling_theorems();

std::vector<Theorem> steps_thread_theorems();
std::vector<Theorem> steps_pid_theorems();
std::vector<Theorem> steps_proc_theorems();
std::vector<Theorem> steps_namespaces_theorems();
std::vector<Theorem> steps_cgroup_theorems();
std::vector<Theorem> steps_mm_theorems();
std::vector<Theorem> helpers_user_memory_theorems();
std::vector<Theorem> helpers_numbers_theorems();
std::vector<Theorem> helpers_names_theorems();
std::vector<Theorem> helpers_memory_theorems();
std::vector<Theorem> helpers_semaphores_theorems();
std::vector<Theorem> exit_theorems();
std::vector<Theorem> whole_run_theorems();

} // namespace forkproof::proofs
