#include "proofs/theorem.hpp"

namespace forkproof::proofs {

const char* outcome_word(Outcome outcome) {
    switch (outcome) {
    case Outcome::proved: return "proved";
    case Outcome::refuted: return "REFUTED";
    case Outcome::unknown: return "UNKNOWN";
    case Outcome::vacuous: return "VACUOUS";
    }
    return "?";
}

std::vector<std::string> at_most_max_lines(std::vector<std::string> lines) {
    if (lines.size() > MAX_FAILURE_LINES) {
        lines.resize(MAX_FAILURE_LINES - 1);
        lines.emplace_back("...");
    }
    return lines;
}

std::vector<Theorem> all_theorems() {
    std::vector<Theorem> all = rules_theorems();
    for (Theorem& theorem : induction_theorems()) all.push_back(std::move(theorem));
    for (Theorem& theorem : machine_theorems()) all.push_back(std::move(theorem));
    return all;
}

} // namespace forkproof::proofs
