// Runs theorems, several at a time, each in a thread with a Z3 context of its own; reports in the order
// given.
#pragma once
#include "proofs/cache.hpp"
#include "proofs/theorem.hpp"

namespace forkproof::proofs {

/// How far a run is, for people who wait.
struct Progress {
    std::size_t done = 0, all = 0;
    std::vector<std::string> running;
};

struct RunOptions {
    unsigned jobs = 1;
    const Cache* cache = nullptr; ///< where proofs are remembered; null if nowhere
    bool fresh = false;           ///< nothing remembered counts
    /// Called in the caller's thread for each theorem in order, as soon as it and all before it are done.
    std::function<void(const Theorem&, const TheoremReport&)> done;
    /// Called in the caller's thread when something has begun or ended.
    std::function<void(const Progress&)> progress;
};

/// One theorem, whatever it throws: an error is unknown, and so is one that is not there; proved with neither
/// a path nor a query is vacuous.
TheoremReport run_theorem(const Theorem& theorem, const Setting& setting);

std::vector<TheoremReport> run_theorems(const std::vector<Theorem>& theorems, const Setting& setting,
                                        const RunOptions& options);

} // namespace forkproof::proofs
