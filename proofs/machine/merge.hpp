// Two paths that have come to the same place become one, whose words are one or the other. A pointer that may
// be either is resolved again where it is used, so merging loses nothing; it only puts off the division.
#pragma once
#include "proofs/machine/state.hpp"

namespace forkproof::proofs {

/// A note on the path where it has been merged: what was noted before is one way's alone.
inline constexpr const char* MERGED = "(other ways have met this one here)";

/// How many conditions both have had, from the first on: the more, the later they have parted.
[[nodiscard]] std::size_t shared_conditions(const State& a, const State& b);
/// Whether they stand at the same place, with the same calls open and the same stack.
[[nodiscard]] bool can_merge(const State& a, const State& b);
/// The state that is `a` where a's conditions hold and `b` where b's do; they must exclude each other, as the
/// ways of one run do. Arithmetic flags are undefined afterwards, as where functions have returned no flag
/// means anything; `with_flags` keeps those that both have, for a branch may follow where ways meet (-Os).
[[nodiscard]] State merge(const State& a, const State& b, bool with_flags = false);

} // namespace forkproof::proofs
