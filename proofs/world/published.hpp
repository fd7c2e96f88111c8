// What publish makes of the child's place in the family, as a relation between words: the machine's theorem
// (publish/lists) and the refinement of the model (proofs/induction/refinement.cpp) read the same.
#pragma once
#include "proofs/machine/word.hpp"

namespace forkproof::proofs {

/// The flag word, whether the rule parent-exit-signal is in force, and who and what is there before.
struct PublishCase {
    Word flags;
    Truth inherits_in_force;
    Word caller, child, callers_parent, leader; ///< of tasks: addresses, or what stands for them
    Word leaders_serial, leaders_exit_signal, leaders_chooser;
};
struct Published {
    Word exit_signal, exit_signal_chooser, real_parent, group_leader;
};
Published published(const PublishCase& c);

} // namespace forkproof::proofs
