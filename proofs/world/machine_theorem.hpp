// Theorems out of bodies: a body runs the code and states; here it becomes a theorem, or three, or is judged.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// A theorem about the machine code from its body: runs it, replays what it refutes, and reports. Of a body
/// that speaks of more than one aspect, only the statements about this one.
Theorem machine_theorem(const std::string& name, const std::string& sentence, MachineBody body,
                        bool only_in_full = false, Aspect aspect = Aspect::all);
/// A step of a fork as three theorems: steps/NAME, frame/NAME, and sharing/NAME if the table has a row for
/// it.
std::vector<Theorem> step_theorem(const std::string& step, const std::string& sentence,
                                  const MachineBody& body);

/// What theorems of one body say of an image, from one run: outcome and one line of reason each, in their
/// order. If the first refutation is enough the run ends there, and the others' outcome is unknown.
[[nodiscard]] std::vector<TheoremReport> judge_body(const std::vector<const Theorem*>& theorems,
                                                    const Setting& setting, Judgement& judgement);

} // namespace forkproof::proofs
