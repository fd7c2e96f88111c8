// Whether theorems notice a mutant, and whether there is anything to notice.
#pragma once
#include "proofs/mutants/coverage.hpp"
#include "proofs/mutants/kernel_build.hpp"
#include "proofs/mutants/mutation.hpp"
#include "proofs/mutants/results.hpp"

namespace forkproof::proofs::mutants {

/// Name, kind and place of a mutant, with no fate yet.
MutantResult described(const Mutation& mutation);
MutantResult described(const SourceMutant& mutant);

/// How much is asked.
enum class Asking : unsigned char {
    until_refuted, ///< one theorem after the other, the cheapest first, until one refutes
    all            ///< all theorems that the mutant may concern: then it is known which one is alone
};

/// The theorems that touch the mutated bytes; those that cost least first.
std::vector<std::size_t> concerned(const Mutation& mutation, const Baseline& baseline);
/// The theorems of which it is expected, then those that execute code of the same source file.
std::vector<std::size_t> concerned(const SourceMutant& mutant, const Baseline& baseline);

/// Asks the theorems; of one that all of them still prove, whether it is equivalent. `lines` is filled with
/// what each says, if wanted.
MutantResult judge(const Mutation& mutation, const Baseline& baseline, Asking asking,
                   std::vector<std::string>* lines = nullptr);

/// Builds the mutant's kernel, and asks the theorems concerned; if none of these refutes it, all others.
MutantResult judge(const SourceMutant& mutant, const KernelBuild& build, const Baseline& baseline,
                   Asking asking, std::vector<std::string>* lines = nullptr);

/// Results travel from worker to parent as text.
std::string to_text(const MutantResult& result);
MutantResult from_text(const std::string& text);

} // namespace forkproof::proofs::mutants
