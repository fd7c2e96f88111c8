// The invariants of all three tables as rows of functions, so that they can be walked, and left out where the
// model says nothing of what they ask.
#pragma once
#include "proofs/induction/view.hpp"

namespace forkproof::proofs::induction {

struct InvariantRow {
    std::string name, sentence;
    std::function<z3::expr(const ProofView&)> holds;
    bool auxiliary = false;
};

/// What the model can be asked, in the order of the tables: invariants/predicates.hpp, privilege.hpp,
/// auxiliary.hpp.
const std::vector<InvariantRow>& modelled_invariants();

/// Names of those it cannot be asked, each with what the model leaves out.
struct LeftOut {
    std::string name, what;
};
const std::vector<LeftOut>& invariants_left_out();

} // namespace forkproof::proofs::induction
