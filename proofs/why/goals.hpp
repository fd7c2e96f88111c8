// proofs/why/ asks of each rule of clone() why it is there: the shortest sequence of system calls from boot
// after which something is wrong if the rule is missing. What can be wrong (goals), the search for the
// sequence (search), its simplest form (simplest) as plain values (witness), all rules (rules), and how it is
// told: in words (words, told), as a picture of the tasks (picture), for programs (json), and as a script
// that a program plays in the booted kernel (script).
#pragma once
#include "proofs/induction/bounded_run.hpp"

namespace forkproof::proofs::why {

/// Something that can be wrong after a sequence of calls: an invariant of the state, or a property of the
/// last step. Auxiliary invariants are none: nobody sees them.
struct Goal {
    std::string name, sentence;
    std::function<z3::expr(const induction::BoundedRun&)> broken;
    const induction::InvariantRow* row = nullptr; ///< of an invariant of the state
};

/// All, in the order of the tables: invariants/predicates.hpp, the step properties, privilege.hpp.
const std::vector<Goal>& all_goals();

} // namespace forkproof::proofs::why
