// The parts of the group exit.
#pragma once
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

std::vector<Theorem> exit_row_theorems();

} // namespace forkproof::proofs
