#include "proofs/rules/theorem.hpp"
#include <chrono>

namespace forkproof::proofs {

std::vector<RuleTheorem> all_rule_theorems() {
    std::vector<RuleTheorem> all;
    for (const auto& group :
         {reachable_theorems(), precedence_theorems(), accepted_theorems(), count_theorems(),
          flag_word_theorems(), context_theorems(), switching_theorems(), profile_theorems()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

TheoremReport run_rule_theorem(const RuleTheorem& theorem, const RuleTable& table,
                               const RuleProofOptions& options) {
    TheoremReport report;
    report.name = theorem.name;
    const auto start = std::chrono::steady_clock::now();
    RuleProof proof(table, options, theorem.name);
    try {
        theorem.body(proof);
        report.outcome = proof.queries() > 0 ? Outcome::proved : Outcome::vacuous;
        if (report.outcome == Outcome::vacuous) report.why = {"the theorem asked the solver nothing"};
    } catch (const NotProved& failure) {
        report.outcome = failure.outcome;
        report.why = failure.lines;
    } catch (const z3::exception& failure) {
        report.outcome = Outcome::unknown;
        report.why = {std::string("Z3: ") + failure.msg()};
    }
    report.queries = proof.queries();
    report.log = proof.log();
    report.assumptions = proof.assumptions();
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

std::vector<Theorem> rules_theorems() {
    std::vector<Theorem> all;
    for (const RuleTheorem& theorem : all_rule_theorems()) {
        Theorem row;
        row.name = theorem.name;
        row.sentence = theorem.sentence;
        row.run = [theorem](const Setting& setting) {
            RuleProofOptions options;
            options.examples = setting.examples;
            options.smt_folder = setting.smt_folder;
            return run_rule_theorem(theorem, shipped_rule_table(), options);
        };
        all.push_back(std::move(row));
    }
    return all;
}

} // namespace forkproof::proofs
