// What is wrong in a state, in words: which task, which field.
#pragma once
#include "proofs/why/witness.hpp"

namespace forkproof::proofs::why {

/// The sentence about a goal that is broken in this model. `state`: the same state in words.
std::string wrong_words(const Goal& goal, const Sequence& sequence, const Reader& reader,
                        const PlainState& state, const Witness& witness);

/// The columns that speak of this invariant, for the picture.
std::vector<std::string> columns_of(const std::string& invariant);

} // namespace forkproof::proofs::why
