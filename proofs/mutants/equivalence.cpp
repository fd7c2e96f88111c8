#include "proofs/mutants/equivalence.hpp"
#include "proofs/world/compare.hpp"

namespace forkproof::proofs::mutants {

Equivalence compare(const Mutation& mutation, const Baseline& baseline, const std::set<std::size_t>& theorems) {
    Setting mutant = baseline.setting;
    mutant.image = std::make_shared<const Image>(apply(mutation, *baseline.setting.image));
    bool compared = false;
    for (const std::size_t i : theorems) {
        const Theorem& theorem = baseline.theorems[i];
        if (!theorem.body) return {false, "no theorem notices it (" + theorem.name + " is not compared)"};
        if (const Comparison c = compare_images(theorem.body, baseline.setting, mutant); !c.same)
            return {false, c.difference + " (" + theorem.name + ")"};
        compared = true;
    }
    return {compared, compared ? "" : "no theorem reaches it"};
}

} // namespace forkproof::proofs::mutants
