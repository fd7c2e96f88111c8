#include "proofs/why/rules.hpp"
#include "proofs/induction/theorems.hpp"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>
#include <thread>

namespace forkproof::proofs::why {
namespace {

/// Counts over all objects: what they cost is too much where no rule is about them.
constexpr const char* COSTLY[] = {"counts", "nproc-count"};
/// How far it is looked for what a row does not say.
constexpr std::size_t UNSAID_CALLS = 2;

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<const Goal*> goals_of(const std::vector<std::string>& names) {
    std::vector<const Goal*> goals;
    for (const Goal& goal : all_goals())
        if (has(names, goal.name)) goals.push_back(&goal);
    return goals;
}

std::vector<const Goal*> goals_besides(const std::vector<std::string>& names) {
    std::vector<const Goal*> goals;
    for (const Goal& goal : all_goals())
        if (!has(names, goal.name) &&
            std::find(std::begin(COSTLY), std::end(COSTLY), goal.name) == std::end(COSTLY))
            goals.push_back(&goal);
    return goals;
}

std::string line_of(const Witness& witness) {
    std::vector<std::string> lines;
    for (const PlainStep& step : witness.calls) lines.push_back(step.line());
    return fmt::format("{}", fmt::join(lines, "; "));
}

class Inquest {
  public:
    Inquest(const RuleTable& table, RuleSet in_force, const std::vector<RuleSaid>& said,
            const WhyOptions& options)
        : table_(&table), in_force_(in_force), said_(&said), options_(&options) {}

    RuleWhy operator()(const RuleSaid& rule) const {
        RuleWhy why{rule, {}, {}, false, "", {}, {}, 0};
        if (rule.guards.empty())
            look_for_need(why);
        else
            look_for_witnesses(why);
        return why;
    }

  private:
    [[nodiscard]] Question question(RuleSet off, std::vector<const Goal*> goals) const {
        return {table_, in_force_, off, std::move(goals)};
    }

    void look_for_witnesses(RuleWhy& why) const {
        const RuleSet off = RuleSet().with(why.rule.id);
        for (const std::string& name : why.rule.guards)
            if (goals_of({name}).empty())
                why.problems.push_back(fmt::format("the row says it guards {}, which no table has", name));
        // For any number of tasks and calls this is the induction's (make prove).
        if (const auto still = shortest(question(RuleSet(), goals_of(why.rule.guards)), 1))
            why.problems.push_back(fmt::format("{} breaks {}, although the rule is in force", line_of(*still),
                                               fmt::join(still->names(), " ")));
        why.witness = shortest(question(off, goals_of(why.rule.guards)), options_->most_calls);
        if (!why.witness) {
            why.problems.push_back(fmt::format(
                "no sequence of up to {} calls breaks what the row says it guards", options_->most_calls));
            return;
        }
        auto is_broken = [&](const std::string& name) {
            return why.witness->breaks(name) || std::any_of(why.also.begin(), why.also.end(),
                                                            [&](const Witness& w) { return w.breaks(name); });
        };
        for (const std::string& name : why.rule.guards) {
            if (is_broken(name) || goals_of({name}).empty()) continue;
            if (auto one = shortest(question(off, goals_of({name})), options_->most_calls))
                why.also.push_back(std::move(*one));
            else
                why.problems.push_back(
                    fmt::format("the row says it guards {}, which no sequence of up to {} calls breaks", name,
                                options_->most_calls));
        }
        for (const std::string& name : why.witness->names())
            if (!has(why.rule.guards, name))
                why.problems.push_back(fmt::format("{} breaks {}, which the row does not say it guards",
                                                   line_of(*why.witness), name));
        const std::size_t far = std::min(why.witness->at(), UNSAID_CALLS);
        if (auto other = shortest(question(off, goals_besides(why.rule.guards)), far))
            why.problems.push_back(fmt::format("{} breaks {}; the row says it guards {}", line_of(*other),
                                               fmt::join(other->names(), " "),
                                               fmt::join(why.rule.guards, " ")));
    }

    void look_for_need(RuleWhy& why) const {
        const RuleSet without = in_force_.without(why.rule.id);
        induction::Scene scene(*std::begin(induction::transitions), induction::Law{table_, without});
        auto expect = [&](const TheoremReport& report, const std::string& name) {
            if (report.outcome != Outcome::proved)
                why.problems.push_back(fmt::format(
                    "the row says it guards nothing, but without it clone does not keep {}", name));
        };
        for (const induction::InvariantRow& row : induction::modelled_invariants())
            expect(induction::keeps(scene, row), row.name);
        for (const StepProperty& property : {NPROC_LIMIT, THREAD_LIMIT})
            expect(induction::keeps_limit(scene, property), property.name);
        why.needless = why.problems.empty();
        if (!why.needless)
            why.witness = shortest(question(RuleSet().with(why.rule.id), goals_besides({})), 1);
        if (why.rule.kind != RuleKind::structure) return;
        for (const RuleSaid& other : *said_) {
            if (other.id == why.rule.id || other.guards.empty() || other.kind == RuleKind::effect) continue;
            auto both = shortest(
                question(RuleSet().with(why.rule.id).with(other.id), goals_besides(other.guards)), 1);
            if (!both) continue;
            why.together = other.name;
            why.pair = std::move(both);
            return;
        }
    }

    const RuleTable* table_;
    RuleSet in_force_;
    const std::vector<RuleSaid>* said_;
    const WhyOptions* options_;
};

} // namespace

std::vector<RuleSaid> shipped_rules() {
    std::vector<RuleSaid> all;
    for (int i = 0; i < RULE_COUNT; i++) {
        const auto id = static_cast<RuleId>(i);
        const RuleText& text = rule_texts[id];
        RuleSaid said{id, text.name, text.why, text.kind, text.errno_value, {}};
        std::istringstream names(text.guards);
        for (std::string name; names >> name;) said.guards.push_back(name);
        all.push_back(std::move(said));
    }
    return all;
}

std::vector<RuleWhy> explain(const RuleTable& table, RuleSet in_force, const std::vector<RuleSaid>& said,
                             const WhyOptions& options) {
    std::vector<const RuleSaid*> asked;
    for (const RuleSaid& rule : said)
        if (options.only.empty() || options.only == rule.name) asked.push_back(&rule);
    std::vector<RuleWhy> answers(asked.size());
    // Those that take longest come first: who guards most, and what takes an exec to show.
    std::vector<std::size_t> order(asked.size());
    for (std::size_t i = 0; i < order.size(); i++) order[i] = i;
    auto weight = [&](std::size_t i) {
        const RuleSaid& rule = *asked[i];
        return 4 * rule.guards.size() + (rule.kind == RuleKind::privilege ? 8 : 0) +
               (rule.id == RuleId::fs_in_exec ? 8 : 0);
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return weight(a) > weight(b); });
    (void)all_goals(); // made by one thread
    std::atomic<std::size_t> next = 0;
    auto work = [&] {
        const Inquest inquest(table, in_force, said, options);
        for (std::size_t n = next++; n < order.size(); n = next++) {
            const RuleSaid& rule = *asked[order[n]];
            const auto start = std::chrono::steady_clock::now();
            RuleWhy& why = answers[order[n]];
            try {
                why = inquest(rule);
            } catch (const NotProved& failure) {
                why.rule = rule;
                why.problems = failure.lines;
            } catch (const z3::exception& failure) {
                why.rule = rule;
                why.problems = {std::string("Z3: ") + failure.msg()};
            }
            why.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(options.jobs, 1U); i++) threads.emplace_back(work);
    threads.clear();
    return answers;
}

} // namespace forkproof::proofs::why
