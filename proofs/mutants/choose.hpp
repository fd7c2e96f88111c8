// Which mutations become mutants: one an instruction, then more, as many as there is time for, spread evenly.
#pragma once
#include "proofs/mutants/coverage.hpp"
#include "proofs/mutants/mutation.hpp"

namespace forkproof::proofs::mutants {

/// `count` mutations of the table of steps and of executed instructions, by address; those of these names are
/// among them.
std::vector<Mutation> choose(const std::vector<CoveredInstruction>& code, const Baseline& baseline,
                             std::size_t count, const std::set<std::string>& wanted);

/// Some of them, spread evenly: all, if there are no more than `count`.
template <class T>
std::vector<T> sample(const std::vector<T>& all, std::size_t count) {
    if (all.size() <= count) return all;
    std::vector<T> some;
    for (std::size_t i = 0; i < count; i++) some.push_back(all[i * all.size() / count]);
    return some;
}

} // namespace forkproof::proofs::mutants
