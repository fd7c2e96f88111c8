#include "proofs/mutants/summary.hpp"
#include "proofs/mutants/explained.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs::mutants {
namespace {

bool noticed(const MutantResult& mutant) {
    return mutant.fate == Fate::refuted || mutant.fate == Fate::equivalent;
}

std::string survivor_line(const MutantResult& mutant) {
    const std::string reason = mutant.source ? "" : reason_for(mutant);
    return fmt::format("  {} {} ({}): {}: {}", mutant.line, mutant.name, mutant.words, fate_word(mutant.fate),
                       reason.empty() ? mutant.why : reason);
}

/// steps/NAME, frame/NAME and sharing/NAME read the same runs: where one is broken, often another is.
bool of_one_step(const std::string& a, const std::string& b) {
    auto step = [](const std::string& theorem) {
        for (const std::string_view group : {"steps/", "frame/", "sharing/"})
            if (theorem.starts_with(group)) return theorem.substr(group.size());
        return theorem;
    };
    return step(a) == step(b);
}

} // namespace

Kills kills_of(const std::string& theorem, const Results& results) {
    Kills kills;
    auto among = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), theorem) != names.end();
    };
    for (const MutantResult& mutant : results.mutants) {
        if (among(mutant.asked)) kills.asked++;
        if (!among(mutant.refuted_by)) continue;
        kills.refuted++;
        const bool others =
            std::any_of(mutant.refuted_by.begin(), mutant.refuted_by.end(), [&](const std::string& name) {
                return name != theorem && !of_one_step(name, theorem) && why_never_alone(name).empty();
            });
        if (!mutant.complete || others) continue;
        kills.alone++;
        if (kills.example.empty()) kills.example = mutant.name;
    }
    return kills;
}

Count count(const Results& results, bool source) {
    Count count;
    for (const MutantResult& mutant : results.mutants) {
        if (mutant.source != source) continue;
        count.all++;
        if (mutant.fate == Fate::refuted)
            count.refuted++;
        else if (mutant.fate == Fate::equivalent)
            count.equivalent++;
        else
            count.survived++;
    }
    return count;
}

std::vector<std::string> shortcomings(const Results& results) {
    std::vector<std::string> lines;
    const bool whole = results.parts == 1 && !results.sample;
    const Count machine = count(results, false), source = count(results, true);
    if (machine.all + source.all == 0) lines.emplace_back("there is no mutant");
    if (whole && machine.all < LEAST_MACHINE_MUTANTS)
        lines.push_back(fmt::format("{} mutants of the machine code are fewer than {}", machine.all,
                                    LEAST_MACHINE_MUTANTS));
    if (machine.survived > MOST_SURVIVORS)
        lines.push_back(fmt::format("{} survivors are more than {}", machine.survived, MOST_SURVIVORS));
    const std::size_t other = machine.all - machine.equivalent;
    if (whole && machine.refuted * 100 < other * LEAST_REFUTED_PERCENT)
        lines.push_back(fmt::format("{} refuted of {} that are not equivalent are less than {} %",
                                    machine.refuted, other, LEAST_REFUTED_PERCENT));
    if (source.survived != 0)
        lines.push_back(fmt::format("{} mutants of the source are not refuted", source.survived));
    if (!results.unreached.empty())
        lines.push_back(fmt::format("{} stretches of code are reached by no theorem and not explained",
                                    results.unreached.size()));
    std::size_t unexplained = 0;
    for (const MutantResult& mutant : results.mutants)
        if (!mutant.source && !noticed(mutant) && reason_for(mutant).empty()) unexplained++;
    if (unexplained != 0)
        lines.push_back(fmt::format("{} survivors have no reason in proofs/mutants/known.cpp", unexplained));
    if (whole)
        for (const std::string& theorem : results.theorems)
            if (kills_of(theorem, results).alone == 0 && why_never_alone(theorem).empty())
                lines.push_back(theorem +
                                " refutes no mutant that no other theorem refutes; see --find-witnesses");
    return lines;
}

std::vector<std::string> summary(const Results& results) {
    std::vector<std::string> lines;
    std::size_t width = 7;
    for (const std::string& theorem : results.theorems) width = std::max(width, theorem.size());
    lines.push_back(fmt::format("{:<{}}  {:>5}  {:>7}  {:>5}  {}", "theorem", width, "asked", "refutes",
                                "alone", "for example"));
    for (const std::string& theorem : results.theorems) {
        const Kills kills = kills_of(theorem, results);
        lines.push_back(fmt::format("{:<{}}  {:>5}  {:>7}  {:>5}  {}", theorem, width, kills.asked,
                                    kills.refuted, kills.alone,
                                    kills.example.empty() ? why_never_alone(theorem) : kills.example));
    }
    bool any = false;
    for (const MutantResult& mutant : results.mutants) {
        if (noticed(mutant)) continue;
        if (!any) lines.emplace_back("not refuted:");
        any = true;
        lines.push_back(survivor_line(mutant));
    }
    if (!results.unreached.empty()) lines.emplace_back("reached by no theorem:");
    for (const std::string& line : results.unreached) lines.push_back("  " + line);
    for (const std::string& line : shortcomings(results)) lines.push_back("not good enough: " + line);
    const Count source = count(results, true), machine = count(results, false);
    if (source.all != 0)
        lines.push_back(fmt::format("mutants of the source: {} refuted: {}", source.all, source.refuted));
    lines.push_back(fmt::format("mutants: {} refuted: {} equivalent: {} survived: {}", machine.all,
                                machine.refuted, machine.equivalent, machine.survived));
    return lines;
}

} // namespace forkproof::proofs::mutants
