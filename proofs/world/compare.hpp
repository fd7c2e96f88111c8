// Whether two images can be told apart: the same start states, run through both, end alike on every path.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

struct Comparison {
    bool same = false;
    std::string difference; ///< if not: what differs, or why there is no answer
};

/// Of one body, run on two images in one context: asks Z3 for values that take a path of each and end
/// differently: in memory outside the kernel stack, in what is alive, in the result of a function that has
/// one, or in ring 3's registers. One question may cost `effort`.
[[nodiscard]] Comparison compare_runs(const Judgement& original, const Judgement& other, unsigned effort);

} // namespace forkproof::proofs
