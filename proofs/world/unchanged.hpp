// The frame condition of code that runs without a fork's scene.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// What the path has written is on the stack, in one of these places, or as it was before; no object of the
/// start state has gone, and none has been made but those that begin at the addresses of `made`: of what they
/// hold, and of a page's entry in the frame table, the caller speaks.
void unchanged_but(Scene& scene, const Path& path, const std::vector<Place>& stated,
                   const std::set<std::uint32_t>& made = {});

} // namespace forkproof::proofs
