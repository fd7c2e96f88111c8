// Of all start states that break a statement, one that a person reads easily: as a program in a boot finds
// it, under the default rules, with few flags, and small numbers.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// A model of the conditions and of what is broken. What a scene shows is as plain as it can be; `also` is
/// wished for last. Throws CannotTell if there is none.
[[nodiscard]] z3::model plain_model(Solver& solver, const World& world,
                                    const std::vector<z3::expr>& conditions, const z3::expr& broken,
                                    const std::vector<Scene::Shown>& shown, const std::vector<Truth>& also);

/// The default rules accept these flags when root's program calls.
[[nodiscard]] z3::expr accepted_in_boot(const z3::expr& flags);

} // namespace forkproof::proofs
