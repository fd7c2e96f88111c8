#include "proofs/mutants/equivalence.hpp"
#include "proofs/world/compare.hpp"
#include <algorithm>

namespace forkproof::proofs::mutants {
Equivalence compare(const Mutation& mutation, const Baseline& baseline,
                    const std::vector<std::size_t>& theorems) {
    Setting mutant = baseline.setting;
    mutant.image = std::make_shared<const Image>(apply(mutation, *baseline.setting.image));
    std::set<std::string> compared; // bodies
    for (const std::size_t i : theorems) {
        const Theorem& theorem = baseline.theorems[i];
        if (!theorem.body_name.empty() && !compared.insert(theorem.body_name).second) continue;
        if (!theorem.body && baseline.about_all(i))
            continue; // no run to compare: what it reads of code is how deep it goes
        if (!theorem.body) return {false, "no theorem notices it (" + theorem.name + " is not compared)"};
        if (const Comparison c = compare_images(theorem.body, baseline.setting, mutant); !c.same)
            return {false, c.difference + " (" + theorem.name + ")"};
    }
    return {!compared.empty(), compared.empty() ? "no theorem reaches it" : ""};
}

} // namespace forkproof::proofs::mutants
