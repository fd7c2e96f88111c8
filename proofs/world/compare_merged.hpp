// Whether merging has kept what the single ways say.
#pragma once
#include "proofs/world/differences.hpp"

namespace forkproof::proofs {

/// What merging has got wrong, with the way that shows it; the solver's last model takes that way.
struct MergeFault {
    std::string words;
    const Path* way;
};

/// Of the same run, its ways one by one and the exits that merging has made of them: whatever takes a way
/// must take exactly one exit, and the two must end alike.
[[nodiscard]] std::optional<MergeFault> merge_fault(Solver& solver, const std::string& function,
                                                    const std::vector<Path>& single,
                                                    const std::vector<Path>& merged);

} // namespace forkproof::proofs
