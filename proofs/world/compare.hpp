// Whether two images can be told apart: the same start states, run through both, end alike on every path.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

struct Comparison {
    bool same = false;
    std::string difference; ///< if not: what differs, or why there is no answer
};

/// Runs what the theorem runs on both images, in one context, and asks Z3 for values that take a path of each
/// and end differently: in memory outside the kernel stack, in what is alive, in the result of a function that
/// has one, or in ring 3's registers.
[[nodiscard]] Comparison compare_images(const MachineBody& body, const Setting& original, const Setting& other);

} // namespace forkproof::proofs
