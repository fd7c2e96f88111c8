// Whether theorems notice a mutant, and whether there is anything to notice.
#pragma once
#include "proofs/mutants/coverage.hpp"
#include "proofs/mutants/kernel_build.hpp"
#include "proofs/mutants/mutation.hpp"
#include "proofs/mutants/results.hpp"

namespace forkproof::proofs::mutants {

/// Runs every theorem that touches the mutated bytes; `lines` is filled with what each says, if wanted.
MutantResult judge(const Mutation& mutation, const Baseline& baseline,
                   std::vector<std::string>* lines = nullptr);

/// Builds the mutant's kernel and runs the theorems of which it is expected, then, if none of these is
/// refuted, all others, until one is.
MutantResult judge(const SourceMutant& mutant, const KernelBuild& build, const Baseline& baseline,
                   std::vector<std::string>* lines = nullptr);

/// Results travel from worker to parent as text.
std::string to_text(const MutantResult& result);
MutantResult from_text(const std::string& text);

} // namespace forkproof::proofs::mutants
