// proofs/ holds the prover. Today it proves theorems about the rule table of invariants/rules.hpp, with Z3
// over symbolic calls: the view of a call as terms (call_terms), the table as data (rule_table), one proof
// under way (proof), models read back in flag names (counterexample), exact counting (count_models), the
// theorems, one file a group (rules_*.cpp), and what a person sees (report, main). The prover of the machine
// code joins it here.
#pragma once
#include "proofs/proof.hpp"
#include <functional>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct Theorem {
    std::string name;     ///< group/subject, as typed after T=
    std::string sentence; ///< what is claimed, for people
    std::function<void(Proof&)> body;
};

struct TheoremReport {
    std::string name;
    Outcome outcome = Outcome::unknown;
    unsigned queries = 0;
    double seconds = 0;
    std::vector<std::string> why; ///< why it is not proved; empty if it is
    std::vector<std::string> log; ///< what was assumed and asked
};

/// All theorems, in the order in which they are reported.
std::vector<Theorem> all_theorems();

// The groups, each in a file of its own.
std::vector<Theorem> reachable_theorems();
std::vector<Theorem> precedence_theorems();
std::vector<Theorem> accepted_theorems();
std::vector<Theorem> count_theorems();
std::vector<Theorem> flag_word_theorems();
std::vector<Theorem> context_theorems();
std::vector<Theorem> switching_theorems();
std::vector<Theorem> profile_theorems();

/// Runs one theorem over this table, in a context of its own. A theorem that asks nothing is vacuous; an
/// exception of Z3 is unknown.
TheoremReport run_theorem(const Theorem& theorem, const RuleTable& table, ProofOptions options = {});

} // namespace forkproof::proofs
