// Invariants that speak of how a capability or a namespace came about. The kernel keeps no such history, so
// only the prover asks them (proofs/induction), of ghosts that a transition carries along. They are what the
// rules newuser-caps and new-caps guard.
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

} // namespace forkproof
