#include "proofs/mutants/judge.hpp"
#include "proofs/mutants/equivalence.hpp"
#include "proofs/run.hpp"
#include <filesystem>

namespace forkproof::proofs::mutants {
namespace {

/// Counts one theorem's answer.
void count(MutantResult& result, const TheoremReport& report) {
    if (report.outcome == Outcome::proved) return;
    const std::string why = report.why.empty() ? "" : ": " + report.why.front();
    if (report.outcome == Outcome::refuted) {
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

/// Those whose names begin so, first; then the others.
std::vector<const Theorem*> expected_first(const std::vector<Theorem>& all, const std::string& beginning) {
    std::vector<const Theorem*> order;
    for (const bool expected : {true, false})
        for (const Theorem& theorem : all)
            if (theorem.name.starts_with(beginning) == expected) order.push_back(&theorem);
    return order;
}

} // namespace

MutantResult judge(const Mutation& mutation, const Baseline& baseline, std::vector<std::string>* lines) {
    MutantResult result;
    result.name = mutation.name;
    result.kind = mutation.kind;
    result.line = mutation.line;
    result.words = mutation.words;
    result.fate = Fate::survived;
    Setting setting = baseline.setting;
    setting.image = std::make_shared<const Image>(apply(mutation, *baseline.setting.image));
    std::set<std::size_t> touching;
    for (const Change& change : mutation.changes)
        for (const std::size_t i : baseline.touching(change.address, change.bytes.size())) touching.insert(i);
    for (const std::size_t i : touching) {
        const TheoremReport report = run_theorem(baseline.theorems[i], setting);
        count(result, report);
        tell(lines, report);
    }
    if (result.fate == Fate::survived) {
        const Equivalence answer = compare(mutation, baseline, touching);
        if (answer.proved) result.fate = Fate::equivalent;
        result.why = answer.why;
    }
    return result;
}

MutantResult judge(const SourceMutant& mutant, const KernelBuild& build, const Baseline& baseline,
                   std::vector<std::string>* lines) {
    MutantResult result;
    result.name = mutant.name;
    result.source = true;
    result.kind = mutant.kind;
    result.line = mutant.file;
    result.words = "tests/mutants/" + mutant.listed;
    result.fate = Fate::survived;
    const ElfFile kernel = ElfFile::load(build.build(mutant));
    Setting setting = baseline.setting;
    setting.image = std::make_shared<const Image>(kernel);
    setting.layouts = std::make_shared<const Layouts>(kernel);
    for (const Theorem* theorem : expected_first(baseline.theorems, mutant.theorem)) {
        const TheoremReport report = run_theorem(*theorem, setting);
        count(result, report);
        tell(lines, report);
        if (result.fate == Fate::refuted) break;
    }
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
