#include "proofs/world/machine_theorem.hpp"
#include "invariants/sharing.hpp"
#include "proofs/world/telling.hpp"
#include <algorithm>

namespace forkproof::proofs {

namespace {

/// Runs the body; what it throws becomes the outcome, but for what a refutation throws.
TheoremReport followed(MachineProof& proof, const MachineBody& body) {
    TheoremReport report;
    auto ends = [&](Outcome outcome, std::vector<std::string> why) {
        report = proof.report();
        report.outcome = outcome;
        report.why = std::move(why);
    };
    try {
        body(proof);
        ends(Outcome::proved, {});
        if (report.queries == 0 && report.paths == 0) ends(Outcome::vacuous, {"the theorem asks nothing"});
    } catch (const NotProved& failed) {
        ends(failed.outcome, failed.lines);
    } catch (const CannotTell& limit) {
        ends(Outcome::unknown, {limit.what()});
    } catch (const Fork&) {
        ends(Outcome::unknown, {"a word that must be known where a path has ended may have several values"});
    } catch (const BadImage& bad) {
        ends(Outcome::unknown, {bad.what()});
    } catch (const z3::exception& e) {
        ends(Outcome::unknown, {std::string("Z3: ") + e.msg()});
    }
    return report;
}

TheoremReport run(const Setting& setting, const std::string& name, const MachineBody& body, Aspect aspect) {
    MachineProof proof(setting, name, aspect);
    TheoremReport report;
    try {
        report = followed(proof, body);
    } catch (const Refuted& refuted) {
        report = proof.report();
        report.outcome = Outcome::refuted;
        report.why = replay(setting, body, aspect, refuted);
    }
    report.why = at_most_max_lines(std::move(report.why));
    return report;
}

} // namespace

Theorem machine_theorem(const std::string& name, const std::string& sentence, MachineBody body,
                        bool only_in_full, Aspect aspect) {
    Theorem theorem;
    theorem.name = name;
    theorem.sentence = sentence;
    theorem.only_in_full = only_in_full;
    theorem.needs_image = true;
    theorem.body = body;
    theorem.body_name = name;
    theorem.aspect = aspect;
    theorem.run = [name, body = std::move(body), aspect](const Setting& setting) {
        TheoremReport report = run(setting, name, body, aspect);
        report.name = name;
        return report;
    };
    return theorem;
}

std::vector<Theorem> step_theorem(const std::string& step, const std::string& sentence,
                                  const MachineBody& body) {
    std::vector<Theorem> all = {machine_theorem("steps/" + step, sentence, body, false, Aspect::effect),
                                machine_theorem("frame/" + step,
                                                "step " + step + " and its release change nothing else", body,
                                                false, Aspect::frame)};
    const auto row = std::find_if(std::begin(sharing), std::end(sharing),
                                  [&](const SharingRow& r) { return step == r.step; });
    if (row != std::end(sharing))
        all.push_back(machine_theorem("sharing/" + step,
                                      "the child's " + std::string(row->resource) +
                                          " is shared, its own or none, as the table says",
                                      body, false, Aspect::sharing));
    for (Theorem& theorem : all) theorem.body_name = "steps/" + step;
    return all;
}

std::vector<TheoremReport> judge_body(const std::vector<const Theorem*>& theorems, const Setting& setting,
                                      Judgement& judgement) {
    MachineProof proof(setting, judgement);
    TheoremReport run;
    try {
        run = followed(proof, theorems.front()->body);
    } catch (const Judged&) {
        run.why = {"another was refuted before"};
    }
    std::vector<TheoremReport> reports;
    for (const Theorem* theorem : theorems) {
        TheoremReport report = run;
        report.name = theorem->name;
        auto found = judgement.refuted.find(theorem->aspect);
        if (theorem->aspect == Aspect::all) found = judgement.refuted.begin();
        if (found != judgement.refuted.end()) {
            report.outcome = Outcome::refuted;
            report.why = {found->second};
        }
        reports.push_back(std::move(report));
    }
    return reports;
}

} // namespace forkproof::proofs
