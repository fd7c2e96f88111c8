// Invariants that speak of how a capability or a namespace came about: what the rules newuser-caps and
// new-caps guard. A kernel keeps no such history: the prover (proofs/induction) and the run-time checker
// (kernel/check/ghosts.hpp) carry it along as ghosts, which no decision reads.
#pragma once
#include "predicates.hpp"

namespace forkproof {

// clang-format off
inline constexpr auto privilege_invariants = std::tuple{
    Invariant{"no-amplify", "no task has a capability that it neither inherited nor was given by somebody privileged",
        MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.is_privileged(), a.is_entitled()); }); }},
    Invariant{"ns-trusted", "a privileged task lives only in namespaces that somebody privileged made", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.is_privileged(), a.namespaces_are_trusted()); }); }},
};
// clang-format on

/// What the run-time checker asks.
inline constexpr auto checked_invariants = std::tuple_cat(invariants, privilege_invariants);
inline constexpr int CHECKED_INVARIANT_COUNT =
    static_cast<int>(std::tuple_size_v<decltype(checked_invariants)>);

} // namespace forkproof
