// The theorems of the group induction/: at boot every invariant holds; each transition is possible; and each
// keeps each invariant.
#pragma once
#include "invariants/predicates.hpp"
#include "proofs/induction/booted_state.hpp"
#include "proofs/induction/bounded_run.hpp"
#include "proofs/induction/scene.hpp"
#include "proofs/theorem.hpp"

namespace forkproof::proofs::induction {

/// The invariants before, and what the transition does, imply this invariant after. The log says which of
/// them were used: an unsat core.
/// `more`: what is assumed besides.
TheoremReport keeps(Scene& scene, const InvariantRow& invariant, const std::vector<z3::expr>& more = {});
/// The same in a scene of its own, for instance under other rules.
TheoremReport keeps(const TransitionRow& transition, const InvariantRow& invariant, const Law& law);

/// A property of each accepted clone: nproc-limit or thread-limit.
TheoremReport keeps_limit(Scene& scene, const StepProperty& property, const std::vector<z3::expr>& more = {});

/// The booted kernel's state is the one that the model starts from, and all invariants hold of it.
TheoremReport holds_at_boot(const BootedState& booted);

/// From boot the transition can happen, and every invariant holds then.
TheoremReport is_possible(const TransitionRow& transition, const Law& law);

/// What is counted by looking changes over the touched tasks only.
TheoremReport touches_nobody_else(Scene& scene);

} // namespace forkproof::proofs::induction
