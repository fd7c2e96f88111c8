// The parts of the group exit.
#pragma once
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

std::vector<Theorem> exit_row_theorems();
std::vector<Theorem> exit_story_theorems();

} // namespace forkproof::proofs
