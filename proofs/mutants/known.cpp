#include "proofs/mutants/explained.hpp"

namespace forkproof::proofs::mutants {

const std::vector<DeadCode>& dead_code() {
    static const std::vector<DeadCode> rows{
        {"do_syscall", "", "calls that do not exist: the theorems make the three that fork"},
        {"prepare_return_to_user", "", "signals and pre-emption on the way to ring 3 are assumed away, by name"},
        {"copy_process", "acquire_watched", "steps are watched only under fail= and check=step"},
        {"put_file", "", "a file that loses its last descriptor: no start state has one"},
        {"put_pid_ns", "", "a namespace that goes with all above it: no start state has one"},
        {"put_ipc_ns", "", "as put_pid_ns"},
        {"put_user_struct", "", "as put_pid_ns"},
        {"map_region", "", "a mapping below others: fork copies them in their order"},
        {"pid_nr_ns", "", "a number that is not visible: no start state asks for one"},
        {"create_new_namespaces", "", "a mount of another namespace in root alone"},
        {"user_byte", "", "a task without an address space reads no ring 3"},
        {"handle_mm_fault", "", "accesses that uaccess never makes"},
        {"free_pid", "", "no pid has a level above the deepest"},
    };
    return rows;
}

const std::vector<KnownSurvivor>& known_survivors() {
    static const std::vector<KnownSurvivor> rows{};
    return rows;
}

} // namespace forkproof::proofs::mutants
