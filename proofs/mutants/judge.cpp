#include "proofs/mutants/judge.hpp"
#include "proofs/mutants/equivalence.hpp"
#include "proofs/run.hpp"
#include "proofs/world/machine_theorem.hpp"
#include <algorithm>
#include <filesystem>
#include <tuple>

namespace forkproof::proofs::mutants {
namespace {

/// Counts one theorem's answer.
void count(MutantResult& result, const TheoremReport& report) {
    if (report.outcome == Outcome::proved) return;
    const std::string why = report.why.empty() ? "" : ": " + report.why.front();
    // That no path gets where the theorem needs one is an answer, and a certain one.
    if (report.outcome == Outcome::refuted || report.outcome == Outcome::vacuous) {
        if (result.fate != Fate::refuted) result.why = report.name + why;
        result.fate = Fate::refuted;
        result.refuted_by.push_back(report.name);
    } else if (result.fate == Fate::survived) {
        result.fate = Fate::stopped;
        result.why = report.name + why;
    }
}

void tell(std::vector<std::string>* lines, const TheoremReport& report) {
    if (!lines) return;
    lines->push_back(report.name + ": " + outcome_word(report.outcome));
    for (const std::string& line : report.why) lines->push_back("    " + line);
}

/// Theorems that one run answers: those of one body, or one without any.
std::vector<std::vector<std::size_t>> runs_of(const std::vector<std::size_t>& theorems, const Baseline& baseline) {
    std::vector<std::vector<std::size_t>> runs;
    for (const std::size_t i : theorems) {
        const std::string& body = baseline.theorems[i].body_name;
        const auto known = std::find_if(runs.begin(), runs.end(), [&](const auto& run) {
            return !body.empty() && baseline.theorems[run.front()].body_name == body;
        });
        if (known != runs.end()) known->push_back(i);
        else runs.push_back({i});
    }
    return runs;
}

/// What the theorems of one run say, whatever is thrown: code that is wrong leads to places that nobody thought of.
std::vector<TheoremReport> answers(const std::vector<std::size_t>& run, const Baseline& baseline,
                                   const Setting& setting, Asking asking) try {
    if (!baseline.theorems[run.front()].body) return {run_theorem(baseline.theorems[run.front()], setting)};
    std::vector<const Theorem*> theorems;
    for (const std::size_t i : run) theorems.push_back(&baseline.theorems[i]);
    return judge_body(theorems, setting, asking == Asking::until_refuted);
} catch (...) {
    TheoremReport report;
    report.name = baseline.theorems[run.front()].name;
    report.why = {"the theorem met a state that it cannot speak of"};
    return {report};
}

/// Asks the theorems in this order. True if none was left out.
bool ask(MutantResult& result, const std::vector<std::size_t>& order, const Baseline& baseline,
         const Setting& setting, Asking asking, std::vector<std::string>* lines) {
    for (const std::vector<std::size_t>& run : runs_of(order, baseline)) {
        if (asking == Asking::until_refuted && result.fate == Fate::refuted) return false;
        for (const TheoremReport& report : answers(run, baseline, setting, asking)) {
            result.asked.push_back(report.name);
            count(result, report);
            tell(lines, report);
        }
    }
    return asking == Asking::all;
}

/// By the work that the proof is of the kernel as it is.
void cheapest_first(std::vector<std::size_t>& theorems, const Baseline& baseline) {
    auto cost = [&](std::size_t i) {
        return std::tuple(baseline.reports[i].queries, i);
    };
    std::sort(theorems.begin(), theorems.end(),
              [&](std::size_t a, std::size_t b) { return cost(a) < cost(b); });
}

} // namespace

MutantResult described(const Mutation& mutation) {
    MutantResult result;
    result.name = mutation.name;
    result.kind = mutation.kind;
    result.line = mutation.line;
    result.words = mutation.words;
    return result;
}

MutantResult described(const SourceMutant& mutant) {
    MutantResult result;
    result.name = mutant.name;
    result.source = true;
    result.kind = mutant.kind;
    result.line = mutant.file;
    result.words = "tests/mutants/" + mutant.listed;
    return result;
}

std::vector<std::size_t> concerned(const Mutation& mutation, const Baseline& baseline) {
    std::set<std::size_t> touching;
    for (const Change& change : mutation.changes)
        for (const std::size_t i : baseline.touching(change.address, change.bytes.size())) touching.insert(i);
    // Not those about all of the image: how deep the stack goes is no matter of one instruction.
    std::erase_if(touching, [&](std::size_t i) { return baseline.about_all(i); });
    std::vector<std::size_t> order(touching.begin(), touching.end());
    cheapest_first(order, baseline);
    return order;
}

std::vector<std::size_t> concerned(const SourceMutant& mutant, const Baseline& baseline) {
    std::vector<std::size_t> order, others;
    const auto of_file = baseline.by_file.find(mutant.file);
    for (std::size_t i = 0; i < baseline.theorems.size(); i++)
        if (baseline.theorems[i].name.starts_with(mutant.theorem))
            order.push_back(i);
        else if (baseline.about_all(i) || (of_file != baseline.by_file.end() && of_file->second.contains(i)))
            others.push_back(i);
    cheapest_first(order, baseline);
    cheapest_first(others, baseline);
    order.insert(order.end(), others.begin(), others.end());
    return order;
}

MutantResult judge(const Mutation& mutation, const Baseline& baseline, Asking asking,
                   std::vector<std::string>* lines) {
    MutantResult result = described(mutation);
    result.fate = Fate::survived;
    Setting setting = baseline.setting;
    setting.image = std::make_shared<const Image>(apply(mutation, *baseline.setting.image));
    const std::vector<std::size_t> order = concerned(mutation, baseline);
    result.complete = ask(result, order, baseline, setting, asking, lines);
    if (result.fate == Fate::survived || result.fate == Fate::stopped) {
        const Equivalence answer = compare(mutation, baseline, order);
        if (answer.proved) result.fate = Fate::equivalent;
        if (answer.proved || result.fate == Fate::survived) result.why = answer.why;
    }
    return result;
}

MutantResult judge(const SourceMutant& mutant, const KernelBuild& build, const Baseline& baseline,
                   Asking asking, std::vector<std::string>* lines) {
    MutantResult result = described(mutant);
    result.fate = Fate::survived;
    Setting setting = baseline.setting;
    setting.image = std::make_shared<const Image>(ElfFile::load(build.build(mutant)));
    const std::vector<std::size_t> order = concerned(mutant, baseline);
    result.complete = ask(result, order, baseline, setting, asking, lines);
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < baseline.theorems.size(); i++)
        if (std::find(order.begin(), order.end(), i) == order.end()) rest.push_back(i);
    if (result.fate != Fate::refuted) ask(result, rest, baseline, setting, Asking::until_refuted, lines);
    if (!lines) std::filesystem::remove_all(build.folder(mutant));
    return result;
}

std::string to_text(const MutantResult& result) {
    Results one;
    one.mutants.push_back(result);
    return as_json(one);
}

MutantResult from_text(const std::string& text) { return from_json(text, "a worker").mutants.at(0); }

} // namespace forkproof::proofs::mutants
