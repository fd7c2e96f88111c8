#include "proofs/history/theorems.hpp"
#include "proofs/history/own_image.hpp"
#include "proofs/history/rule_defects.hpp"
#include <chrono>

namespace forkproof::proofs {
TheoremReport run_history_theorem(const HistoryTheorem& theorem, const Ladder& ladder,
                                  const Setting& setting) {
    TheoremReport report;
    report.name = theorem.name;
    const auto start = std::chrono::steady_clock::now();
    std::unique_ptr<Inquiry> inquiry;
    try {
        inquiry = std::make_unique<Inquiry>(ladder, theorem.name, setting);
        theorem.body(*inquiry);
        report.outcome = inquiry->queries() > 0 ? Outcome::proved : Outcome::vacuous;
        if (report.outcome == Outcome::vacuous) report.why = {"the theorem asked the solver nothing"};
    } catch (const NotProved& failure) {
        report.outcome = failure.outcome;
        report.why = failure.lines;
    } catch (const Violation& failure) {
        report.outcome = Outcome::refuted;
        report.why = {std::string("the ladder's code: ") + failure.what()};
    } catch (const CannotTell& failure) {
        report.outcome = Outcome::unknown;
        report.why = {std::string("the ladder's code: ") + failure.what()};
    } catch (const z3::exception& failure) {
        report.outcome = Outcome::unknown;
        report.why = {std::string("Z3: ") + failure.msg()};
    }
    if (inquiry) {
        report.queries = inquiry->queries();
        report.paths = inquiry->paths();
        report.log = inquiry->log();
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

std::vector<HistoryTheorem> all_history_theorems() {
    std::vector<HistoryTheorem> all;
    for (const auto& group : {defect_theorems(), ladder_rule_theorems(), label_theorems(), code_theorems(),
                              own_ladder_theorems()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

std::vector<Theorem> history_theorems() {
    std::vector<Theorem> all;
    for (const HistoryTheorem& theorem : all_history_theorems()) {
        Theorem row;
        row.name = theorem.name;
        row.sentence = theorem.sentence;
        row.needs_image = theorem.about == WhichLadder::own;
        row.run = [theorem](const Setting& setting) {
            if (theorem.about == WhichLadder::listing)
                return run_history_theorem(theorem, ladder_of_2_6_33(), setting);
            const OwnTable table = own_table(*setting.image, *setting.layouts);
            TheoremReport report = run_history_theorem(theorem, own_ladder(table.rows), setting);
            report.touched = table.bytes;
            return report;
        };
        all.push_back(std::move(row));
    }
    for (const RowTheorem& theorem : row_theorems()) {
        Theorem row;
        row.name = theorem.name;
        row.sentence = theorem.sentence;
        row.run = [theorem](const Setting& setting) {
            RuleProofOptions options;
            options.examples = setting.examples;
            options.smt_folder = setting.smt_folder;
            return run_row_theorem(theorem, shipped_rule_history(), options);
        };
        all.push_back(std::move(row));
    }
    return all;
}

} // namespace forkproof::proofs
