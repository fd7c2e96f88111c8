#include "proofs/mutants/judge.hpp"
#include "proofs/run.hpp"
#include "proofs/world/compare.hpp"
#include <algorithm>
#include <filesystem>
#include <optional>
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
struct Run {
    std::vector<std::size_t> theorems;
    Judgement judgement;
};

/// Asks theorems about an image, a run after the other.
class Court {
  public:
    Court(const Baseline& baseline, const Setting& setting, Asking asking, std::vector<std::string>* lines)
        : baseline_(baseline), setting_(setting), asking_(asking), lines_(lines) {}

    /// Asks in this order. True if none was left out.
    bool ask(MutantResult& result, const std::vector<std::size_t>& order) {
        for (Run& run : runs_of(order)) {
            if (asking_ == Asking::until_refuted && result.fate == Fate::refuted) return false;
            for (const TheoremReport& report : answers(run)) {
                result.asked.push_back(report.name);
                count(result, report);
                tell(lines_, report);
            }
            if (result.fate == Fate::survived || result.fate == Fate::stopped)
                runs_.push_back(std::move(run));
        }
        return asking_ == Asking::all;
    }

    /// Whether all runs end as those of the original do: then nothing that any theorem says can tell them
    /// apart. The reason, if not.
    std::optional<std::string> difference() {
        bool compared = false;
        for (Run& run : runs_) {
            const Theorem& theorem = baseline_.theorems[run.theorems.front()];
            if (!theorem.body) {
                if (baseline_.about_all(run.theorems.front())) continue; // how deep the stack goes
                return "no theorem notices it (" + theorem.name + " is not compared)";
            }
            const Judgement* original = baseline_.original(theorem.body_name);
            Judgement made_now{.first_is_enough = false, .z3 = run.judgement.z3, .refuted = {}, .runs = {}};
            if (!original) {
                (void)judge_body({&theorem}, baseline_.setting, made_now);
                original = &made_now;
            }
            if (const Comparison c = compare_runs(*original, run.judgement, setting_.effort); !c.same)
                return c.difference + " (" + theorem.name + ")";
            compared = true;
        }
        if (!compared) return "no theorem reaches it";
        return {};
    }

  private:
    std::vector<Run> runs_of(const std::vector<std::size_t>& theorems) const {
        std::vector<Run> runs;
        for (const std::size_t i : theorems) {
            const std::string& body = baseline_.theorems[i].body_name;
            const auto known = std::find_if(runs.begin(), runs.end(), [&](const Run& run) {
                return !body.empty() && baseline_.theorems[run.theorems.front()].body_name == body;
            });
            if (known != runs.end())
                known->theorems.push_back(i);
            else
                runs.push_back({{i}, {}});
        }
        return runs;
    }

    /// What the theorems of one run say, whatever is thrown: code that is wrong leads to places that nobody
    /// thought of.
    std::vector<TheoremReport> answers(Run& run) const try {
        const Theorem& first = baseline_.theorems[run.theorems.front()];
        if (!first.body) return {run_theorem(first, setting_)};
        std::vector<const Theorem*> theorems;
        for (const std::size_t i : run.theorems) theorems.push_back(&baseline_.theorems[i]);
        run.judgement.first_is_enough = asking_ == Asking::until_refuted;
        if (const Judgement* original = baseline_.original(first.body_name)) run.judgement.z3 = original->z3;
        return judge_body(theorems, setting_, run.judgement);
    } catch (...) {
        TheoremReport report;
        report.name = baseline_.theorems[run.theorems.front()].name;
        report.why = {"the theorem met a state that it cannot speak of"};
        return {report};
    }

    const Baseline& baseline_;
    const Setting& setting_;
    Asking asking_;
    std::vector<std::string>* lines_;
    std::vector<Run> runs_;
};

/// Those first that look at the least code: they are quick, and about this.
void cheapest_first(std::vector<std::size_t>& theorems, const Baseline& baseline) {
    auto cost = [&](std::size_t i) {
        std::size_t bytes = 0;
        for (const auto& [first, last] : baseline.reports[i].touched) bytes += last - first;
        return std::tuple(bytes, i);
    };
    std::sort(theorems.begin(), theorems.end(),
              [&](std::size_t a, std::size_t b) { return cost(a) < cost(b); });
}

/// A whole life judges what nothing narrower runs.
void leave_lives_out_if_others(std::vector<std::size_t>& theorems, const Baseline& baseline) {
    auto whole_life = [&](std::size_t i) { return baseline.theorems[i].whole_life; };
    if (!std::all_of(theorems.begin(), theorems.end(), whole_life)) std::erase_if(theorems, whole_life);
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
    leave_lives_out_if_others(order, baseline);
    cheapest_first(order, baseline);
    return order;
}

std::vector<std::size_t> concerned(const SourceMutant& mutant, const Baseline& baseline) {
    std::vector<std::size_t> order, others;
    const auto of_file = baseline.by_file.find(mutant.file);
    for (std::size_t i = 0; i < baseline.theorems.size(); i++)
        if (baseline.theorems[i].name.starts_with(mutant.theorem))
            order.push_back(i);
        else if (of_file != baseline.by_file.end() && of_file->second.contains(i))
            others.push_back(i);
    const bool planted_for_a_life = std::any_of(
        order.begin(), order.end(), [&](std::size_t i) { return baseline.theorems[i].whole_life; });
    if (!planted_for_a_life) leave_lives_out_if_others(others, baseline);
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
    Court court(baseline, setting, asking, lines);
    result.complete = court.ask(result, concerned(mutation, baseline));
    if (result.fate == Fate::survived || result.fate == Fate::stopped) {
        const std::optional<std::string> difference = court.difference();
        if (!difference) result.fate = Fate::equivalent;
        if (result.fate != Fate::stopped) result.why = difference.value_or("");
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
    Court court(baseline, setting, asking, lines);
    result.complete = court.ask(result, order);
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < baseline.theorems.size(); i++)
        if (std::find(order.begin(), order.end(), i) == order.end() && !baseline.about_all(i))
            rest.push_back(i);
    if (result.fate != Fate::refuted) court.ask(result, rest);
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
