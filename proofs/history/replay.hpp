// A ladder run with plain numbers: written apart from exits.cpp and without Z3, so that what the solver finds
// can be seen to happen.
#pragma once
#include "proofs/history/ladder.hpp"
#include <map>

namespace forkproof::proofs {

/// LadderCallTerms with every part known.
struct PlainLadderCall {
    std::uint32_t flags = 0;
    VerdictContext context;
    std::uint32_t brings = 0;
    std::vector<bool> fails, keeps, unlucky; ///< one for each step
};

struct PlainLeft {
    int held = 0, dropped = 0;
    bool wild = false;
    bool operator==(const PlainLeft&) const = default;
};

struct LadderRun {
    std::string refused_by;                ///< the rule that refused the call before the first step, or ""
    std::string failed;                    ///< the first step that failed, or "" if the child was made
    std::vector<std::string> calls;        ///< the ladder's calls that gave something back, in order
    std::map<std::string, PlainLeft> left; ///< by resource: what is not as it was before
};

/// Whether this step can fail in this call, and whether it must, a rule that it decides refusing the call.
bool step_can_fail(const Ladder& ladder, const PlainLadderCall& call, std::size_t step);
bool step_must_fail(const Ladder& ladder, const PlainLadderCall& call, std::size_t step);

LadderRun run_ladder(const Ladder& ladder, const PlainLadderCall& call);

} // namespace forkproof::proofs
