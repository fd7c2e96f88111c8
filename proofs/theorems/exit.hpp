// The parts of the group exit.
#pragma once
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

std::vector<Theorem> exit_row_theorems();
/// exit/user: the last holder of a user whose namespace stays.
Theorem exit_user_theorem();
/// exit/cleartid: the word that CLONE_CHILD_CLEARTID has promised.
Theorem exit_cleartid_theorem();
/// exit/semundo, exit/semaphores: the last holder of an undo list, and of an ipc namespace.
std::vector<Theorem> exit_semundo_theorems();

} // namespace forkproof::proofs
