// proofs/rules/ holds the theorems about the rule table of invariants/rules.hpp, proved with Z3 over symbolic
// calls: the view of a call as terms (call_terms), the table as data (rule_table), one proof under way
// (proof), models read back in flag names (counterexample), exact counting (count_models), and the theorems,
// one file a group.
#pragma once
#include "proofs/rules/proof.hpp"
#include <functional>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct RuleTheorem {
    std::string name;     ///< group/subject, as typed after T=
    std::string sentence; ///< what is claimed, for people
    std::function<void(RuleProof&)> body;
};

/// All theorems about the rule table, in the order in which they are reported.
std::vector<RuleTheorem> all_rule_theorems();

// The groups, each in a file of its own.
std::vector<RuleTheorem> reachable_theorems();
std::vector<RuleTheorem> precedence_theorems();
std::vector<RuleTheorem> accepted_theorems();
std::vector<RuleTheorem> count_theorems();
std::vector<RuleTheorem> flag_word_theorems();
std::vector<RuleTheorem> context_theorems();
std::vector<RuleTheorem> switching_theorems();
std::vector<RuleTheorem> profile_theorems();

/// Runs one theorem over this table, in a context of its own. A theorem that asks nothing is vacuous; an
/// exception of Z3 is unknown.
TheoremReport run_rule_theorem(const RuleTheorem& theorem, const RuleTable& table,
                               const RuleProofOptions& options = {});

/// The same theorems over the shipped table, for `prove`.
std::vector<Theorem> rules_theorems();

} // namespace forkproof::proofs
