#include "proofs/history/theorems.hpp"
#include "proofs/stack/stack.hpp"
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

std::vector<Theorem> machine_theorems() {
    using Group = std::vector<Theorem> (*)();
    constexpr Group groups[] = {
        // the way of a fork
        verdict_theorems,
        ladder_theorems,
        do_fork_theorems,
        // what each step takes and gives back
        steps_task_theorems,
        steps_creds_theorems,
        scheduling_theorems,
        step_theorems,
        steps_files_theorems,
        steps_mm_theorems,
        steps_namespaces_theorems,
        steps_thread_theorems,
        steps_pid_theorems,
        steps_proc_theorems,
        steps_cgroup_theorems,
        // the child comes into being
        publish_theorems,
        child_theorems,
        exit_theorems,
        whole_run_theorems,
        // what all of it stands on
        allocator_theorems,
        helpers_numbers_theorems,
        helpers_names_theorems,
        helpers_user_memory_theorems,
        helpers_memory_theorems,
        helpers_semaphores_theorems,
        stack_theorems,
        history_theorems,
    };
    std::vector<Theorem> all;
    for (const Group group : groups)
        for (Theorem& theorem : group()) {
            constexpr std::string_view STEPS = "steps/";
            const bool splits = theorem.name.starts_with(STEPS) && !theorem.only_in_full;
            if (!splits) {
                all.push_back(std::move(theorem));
                continue;
            }
            for (Theorem& part :
                 step_theorem(theorem.name.substr(STEPS.size()), theorem.sentence, theorem.body))
                all.push_back(std::move(part));
        }
    return all;
}

} // namespace forkproof::proofs
