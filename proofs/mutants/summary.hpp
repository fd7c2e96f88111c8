// What a person sees of the mutants, and whether it is good enough.
#pragma once
#include "proofs/mutants/results.hpp"

namespace forkproof::proofs::mutants {

/// What a whole run must reach.
inline constexpr std::size_t LEAST_MACHINE_MUTANTS = 1000, MOST_SURVIVORS = 20;
inline constexpr unsigned LEAST_REFUTED_PERCENT = 98;

struct Count {
    std::size_t all = 0, refuted = 0, equivalent = 0,
                survived = 0; ///< whatever is none of the others survived
};
Count count(const Results& results, bool source);

/// What a theorem did: of how many mutants it was asked, how many it refutes, and how many of these no other
/// theorem does (of those of which all were asked; steps, frame and sharing of one step are no others,
/// nor are corollaries).
struct Kills {
    std::size_t asked = 0, refuted = 0, alone = 0;
    std::string example; ///< that it alone refutes
};
Kills kills_of(const std::string& theorem, const Results& results);

/// Why this is not good enough, a line each; none if it is. Of a part, or of a sample, only what can be said
/// of it.
std::vector<std::string> shortcomings(const Results& results);

/// The table of theorems and what each refutes, survivors, code that is not reached, shortcomings, and last
/// "mutants: N refuted: R equivalent: E survived: S".
std::vector<std::string> summary(const Results& results);

} // namespace forkproof::proofs::mutants
