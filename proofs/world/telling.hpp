// How a refutation is told: what broke in the names of the kernel, where in the source, from which start
// state, along which path; and the same again with plain numbers.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// Every unknown that the model gives a value.
[[nodiscard]] Valuation values_of(const z3::model& model);

[[nodiscard]] std::vector<std::string> tell(const Scene& scene, const Path& path, const std::string& words,
                                            std::uint32_t address, const Word* got, const Word* expected,
                                            const z3::model& model, const std::vector<Scene::Shown>& shown);

/// Runs the theorem again with the values of the refutation: the same refutation as told by that run, whose
/// path is one without doubt, and a line that says whether the same breaks.
[[nodiscard]] std::vector<std::string> replay(const Setting& setting, const MachineBody& body, Aspect aspect,
                                              const Refuted& refuted);

} // namespace forkproof::proofs
