// A call that goes through a ladder and fails, as Z3 terms: what it brings, which steps fail, and what is
// left at each exit.
#pragma once
#include "proofs/history/ladder.hpp"
#include "proofs/rules/call_terms.hpp"

namespace forkproof::proofs {

struct LadderCallTerms {
    CallTerms call;
    z3::expr brings; ///< 32 bits: LadderBrings
    // A Boolean for each step.
    std::vector<z3::expr> fails;   ///< it fails, if it can
    std::vector<z3::expr> keeps;   ///< failing, it leaves what it took, if it may
    std::vector<z3::expr> unlucky; ///< it takes nothing, where that is ignored

    /// All of it free, judged by the rules of linux-2.6.33.
    static LadderCallTerms fresh(z3::context& z3, const Ladder& ladder);
    /// What holds of every call that reaches the first step.
    [[nodiscard]] z3::expr reaches_the_ladder(const Ladder& ladder) const;

    [[nodiscard]] z3::expr holds(const LadderWhen& when) const;
    [[nodiscard]] z3::expr holds(const LadderEither& either) const;
};

/// What one resource has come to at an exit.
struct LeftTerms {
    z3::expr held;    ///< 8 bits: taken for the child and not given back
    z3::expr dropped; ///< 8 bits: of the parent's count, given back though the child never had it
    z3::expr wild;    ///< Boolean: something was given back that was not there at all

    [[nodiscard]] z3::expr nothing() const { return held == 0 && dropped == 0 && !wild; }
};

struct ExitTerms {
    std::size_t step;               ///< the one that fails
    z3::expr reached;               ///< this step is the first that fails
    std::vector<LeftTerms> left;    ///< one for each resource, after the releases
    std::vector<z3::expr> released; ///< one for each row of the releases: it did give something back
};

/// The exit at which `step` fails.
ExitTerms exit_at(const Ladder& ladder, const LadderCallTerms& call, std::size_t step);

/// No step fails.
z3::expr made_of(const Ladder& ladder, const LadderCallTerms& call);

} // namespace forkproof::proofs
