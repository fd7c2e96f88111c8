#include "proofs/why/told.hpp"
#include "proofs/why/picture.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs::why {
namespace {

constexpr int NAME_WIDTH = 19, WORD_WIDTH = 8;

std::string said(const std::string& word, const std::string& text) {
    return fmt::format("     {:<{}} {}", word, WORD_WIDTH, text);
}

std::string guards_words(const RuleSaid& rule) {
    if (rule.guards.empty()) return "guards nothing";
    return fmt::format("guards {}", fmt::join(rule.guards, " "));
}

void tell_calls(std::vector<std::string>& lines, const Witness& witness) {
    lines.push_back(said("from", start_words(witness)));
    for (std::size_t i = 0; i < witness.calls.size(); i++)
        lines.push_back(said(std::to_string(i + 1), witness.calls[i].line()));
}

void tell_wrong(std::vector<std::string>& lines, const Witness& witness) {
    for (const Wrong& wrong : witness.wrong)
        lines.push_back(said("breaks", fmt::format("{}: {}", wrong.name, wrong.sentence)));
}

std::string calls_words(const Witness& witness) {
    std::vector<std::string> calls;
    for (const PlainStep& step : witness.calls) calls.push_back(step.line());
    return fmt::format("{}", fmt::join(calls, "; "));
}

/// What the first witness does not break.
std::vector<std::string> also_broken(const RuleWhy& why, const Witness& also) {
    std::vector<std::string> names;
    for (const std::string& name : also.names())
        if (!why.witness->breaks(name)) names.push_back(name);
    return names;
}

/// A name that would be guarded if the pair were one rule.
std::string pair_words(const RuleWhy& why) {
    return fmt::format("{}: {} breaks {}", why.together, calls_words(*why.pair),
                       fmt::join(why.pair->names(), " "));
}

} // namespace

std::string refusal_words(const RuleSaid& rule) {
    if (rule.kind == RuleKind::effect) return "an effect, refuses nothing";
    if (rule.kind == RuleKind::policy) return "the policy's own errno";
    return errno_name(rule.errno_value);
}

std::string start_words(const Witness& witness) {
    std::string words = witness.start == Start::init ? "init, as a boot ends"
                                                     : "init and user, its child after setuid(nobody)";
    if (witness.nproc != 0) words += fmt::format("; RLIMIT_NPROC is {}", witness.nproc);
    if (witness.max_threads != 0) words += fmt::format("; max_threads is {}", witness.max_threads);
    return words;
}

std::string needless_words(const RuleWhy& why) {
    if (!why.needless) return "";
    const char* proved = "without it each call still keeps each invariant, for any number of tasks (proved)";
    switch (why.rule.kind) {
    case RuleKind::policy: return fmt::format("a policy, not an invariant: {}", proved);
    case RuleKind::limit: return fmt::format("a plain limit: {}", proved);
    default: return fmt::format("nothing needs it: {}", proved);
    }
}

std::vector<std::string> told_lines(const RuleWhy& why) {
    std::vector<std::string> lines{fmt::format("{:<{}} {}; {}", why.rule.name, NAME_WIDTH,
                                               refusal_words(why.rule), guards_words(why.rule)),
                                   said("why", why.rule.why)};
    if (why.witness) {
        tell_calls(lines, *why.witness);
        tell_wrong(lines, *why.witness);
        if (why.rule.kind != RuleKind::effect)
            lines.push_back(said("with it", fmt::format("call {} is refused with {}", why.witness->refused,
                                                        refusal_words(why.rule))));
    }
    for (const Witness& also : why.also)
        lines.push_back(said(
            "also", fmt::format("{} breaks {}", calls_words(also), fmt::join(also_broken(why, also), " "))));
    if (why.needless) lines.push_back(said("needed", needless_words(why)));
    if (why.pair) lines.push_back(said("without", "it and " + pair_words(why)));
    if (why.witness || why.pair) lines.push_back(said("see it", "make break RULE=" + why.rule.name));
    for (const std::string& problem : why.problems) lines.push_back(said("WRONG", problem));
    return lines;
}

std::vector<std::string> told_in_full(const RuleWhy& why) {
    std::vector<std::string> lines = told_lines(why);
    auto draw = [&](const Witness& witness) {
        const Picture picture(witness);
        for (std::size_t i = 0; i < witness.states.size(); i++) {
            lines.emplace_back("");
            lines.push_back(i == 0 ? "at the start:"
                                   : fmt::format("after call {}, {}:", i, witness.calls[i - 1].line()));
            for (const std::string& line : picture.lines(i)) lines.push_back(line);
        }
    };
    if (why.witness) draw(*why.witness);
    for (const Witness& also : why.also) {
        lines.emplace_back("");
        lines.push_back(
            fmt::format("{}, for {}:", calls_words(also), fmt::join(also_broken(why, also), " ")));
        draw(also);
    }
    if (why.pair) {
        lines.emplace_back("");
        lines.push_back(fmt::format("without {} and {}:", why.rule.name, why.together));
        draw(*why.pair);
    }
    return lines;
}

std::string last_line(const std::vector<RuleWhy>& all) {
    const auto necessary =
        std::count_if(all.begin(), all.end(), [](const RuleWhy& w) { return w.is_necessary(); });
    return fmt::format("rules: {} necessary: {}", all.size(), necessary);
}

bool is_as_said(const std::vector<RuleWhy>& all) {
    return !all.empty() &&
           std::all_of(all.begin(), all.end(), [](const RuleWhy& w) { return w.problems.empty(); });
}

} // namespace forkproof::proofs::why
