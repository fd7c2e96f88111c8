// Where the ends of two paths differ.
#pragma once
#include "proofs/machine/executor.hpp"

namespace forkproof::proofs {

/// Something that differs at the ends of two paths, and when it does.
struct Difference {
    std::string words;
    Truth when;
};

/// What may differ between two ends of `function`: in memory outside the kernel stack, in what is alive, in
/// its result if it has one, or in ring 3's registers. What is the same by its looks is not listed.
[[nodiscard]] std::vector<Difference> differences(const std::string& function, const Path& a, const Path& b);

/// The words of a difference that some values show under these conditions, which the solver's model then is;
/// or nothing if there is none.
[[nodiscard]] std::optional<std::string>
first_difference(Solver& solver, const std::vector<z3::expr>& conditions, const std::vector<Difference>& all);

} // namespace forkproof::proofs
