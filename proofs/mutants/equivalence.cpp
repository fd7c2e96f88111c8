#include "proofs/mutants/equivalence.hpp"
#include "proofs/world/compare.hpp"
#include <algorithm>

namespace forkproof::proofs::mutants {
namespace {

/// Frame and sharing of a step look at the same runs as its effects: one comparison is enough.
bool is_an_aspect(const std::string& name, const std::vector<std::size_t>& theorems,
                  const Baseline& baseline) {
    if (!name.starts_with("frame/") && !name.starts_with("sharing/")) return false;
    const std::string effects = "steps" + name.substr(name.find('/'));
    return std::any_of(theorems.begin(), theorems.end(),
                       [&](std::size_t i) { return baseline.theorems[i].name == effects; });
}

} // namespace

Equivalence compare(const Mutation& mutation, const Baseline& baseline,
                    const std::vector<std::size_t>& theorems) {
    Setting mutant = baseline.setting;
    mutant.image = std::make_shared<const Image>(apply(mutation, *baseline.setting.image));
    bool compared = false;
    for (const std::size_t i : theorems) {
        const Theorem& theorem = baseline.theorems[i];
        if (is_an_aspect(theorem.name, theorems, baseline)) continue;
        if (!theorem.body && baseline.about_all(i))
            continue; // no run to compare: what it reads of code is how deep it goes
        if (!theorem.body) return {false, "no theorem notices it (" + theorem.name + " is not compared)"};
        if (const Comparison c = compare_images(theorem.body, baseline.setting, mutant); !c.same)
            return {false, c.difference + " (" + theorem.name + ")"};
        compared = true;
    }
    return {compared, compared ? "" : "no theorem reaches it"};
}

} // namespace forkproof::proofs::mutants
