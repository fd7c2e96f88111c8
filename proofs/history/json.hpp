// What `make history` says, for programs.
#pragma once
#include "proofs/history/kernels.hpp"
#include "proofs/history/told.hpp"

namespace forkproof::proofs {

/// {"from", "to", "only_from": [...], "only_to": [...], "effects": [...], "defects": [...], "refuted",
/// "total"}: combinations with their example, defects with what is said of them by name. "defects" is empty
/// where two kernels are compared only.
std::string history_json(const Comparison& comparison, const std::vector<Told>& defects);

} // namespace forkproof::proofs
