// Of all sequences of one kind, the one that is simplest to read.
#pragma once
#include "proofs/why/search.hpp"

namespace forkproof::proofs::why {

/// Adds to the solver of a sequence that breaks something what makes it simplest: as few flags as can be;
/// then init calls where it can, then who was made first; no set-uid program, no policy and no signal that is
/// not needed; the smallest limits. The sequence can still happen then.
void make_simplest(Sequence& sequence);

/// A truth that a transition leaves open, by its name there: "set_uid_root".
z3::expr open_truth(const Sequence& sequence, std::size_t call, const char* name);

} // namespace forkproof::proofs::why
