// Whether a mutant that no theorem refutes can be told from the original at all.
#pragma once
#include "proofs/mutants/coverage.hpp"
#include "proofs/mutants/mutation.hpp"

namespace forkproof::proofs::mutants {

struct Equivalence {
    bool proved = false;
    std::string why; ///< if not: a difference, or why there is no answer
};

/// Runs both codes from every start state of the theorems that touch the mutated bytes, and asks Z3 for a
/// path of each that the same values take and that end differently: in memory above the stack pointer, or in
/// the result.
Equivalence compare(const Mutation& mutation, const Baseline& baseline,
                    const std::vector<std::size_t>& theorems);

} // namespace forkproof::proofs::mutants
