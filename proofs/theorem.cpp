#include "proofs/theorem.hpp"
#include <chrono>

namespace forkproof::proofs {

std::vector<Theorem> all_theorems() {
    std::vector<Theorem> all;
    for (const auto& group :
         {reachable_theorems(), precedence_theorems(), accepted_theorems(), count_theorems(),
          flag_word_theorems(), context_theorems(), switching_theorems(), profile_theorems()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

TheoremReport run_theorem(const Theorem& theorem, const RuleTable& table, ProofOptions options) {
    TheoremReport report;
    report.name = theorem.name;
    const auto start = std::chrono::steady_clock::now();
    Proof proof(table, options);
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
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

} // namespace forkproof::proofs
