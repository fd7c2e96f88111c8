// The parts of the group exit.
#pragma once
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

std::vector<Theorem> exit_row_theorems();
/// exit/user: the last holder of a user whose namespace stays.
Theorem exit_user_theorem();

} // namespace forkproof::proofs
