#include "proofs/rules/counterexample.hpp"
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {
namespace {

std::uint32_t word(const z3::model& model, const z3::expr& term) {
    return static_cast<std::uint32_t>(model.eval(term, true).get_numeral_uint64());
}

bool truth(const z3::model& model, const z3::expr& term) { return model.eval(term, true).is_true(); }

std::vector<std::string> rule_names(RuleSet set, const RuleTable& table) {
    std::vector<std::string> names;
    for (const RuleRow& row : table.rows)
        if (set.has(row.id)) names.push_back(row.name);
    return names;
}

std::string context_words(const PlainCall& call) {
    std::vector<std::string> words;
    for (const ContextField& field : context_fields)
        if (call.context.*field.plain) words.emplace_back(field.name);
    if (call.reset_on_fork) words.emplace_back("reset_on_fork");
    if (call.context.security_errno != 0)
        words.push_back(fmt::format("security_errno={}", call.context.security_errno));
    return words.empty() ? "plain context" : fmt::format("{}", fmt::join(words, " "));
}

constexpr std::uint32_t ALL_RULES = (1U << RULE_COUNT) - 1;

} // namespace

PlainCall read_call(const z3::model& model, const CallTerms& call) {
    PlainCall plain;
    plain.flags = word(model, call.flags);
    for (const ContextField& field : context_fields)
        plain.context.*field.plain = truth(model, call.*field.term);
    plain.context.security_errno = static_cast<int>(word(model, call.security_errno));
    plain.reset_on_fork = truth(model, call.reset_on_fork);
    plain.in_force = RuleSet(word(model, call.in_force) & ALL_RULES);
    return plain;
}

std::string flag_words(std::uint32_t flags) {
    std::vector<std::string> words;
    std::uint32_t known = CSIGNAL;
    for (const FlagName& flag : flag_names) {
        known |= flag.bit;
        if (flags & flag.bit) words.emplace_back(flag.name);
    }
    for (std::uint32_t rest = flags & ~known; rest != 0; rest &= rest - 1)
        words.push_back(fmt::format("bit {}", std::countr_zero(rest)));
    if (flags & CSIGNAL) words.push_back(fmt::format("exit signal {}", flags & CSIGNAL));
    return words.empty() ? "no flags" : fmt::format("{}", fmt::join(words, " "));
}

std::string rule_set_words(RuleSet set, const RuleTable& table) {
    const RuleSet known(set.bits() & ALL_RULES);
    std::string best = fmt::format("only {}", fmt::join(rule_names(known, table), " "));
    auto length = static_cast<int>(std::popcount(known.bits()));
    if (length == 0) best = "none";
    for (const Profile& profile : table.profiles) {
        const RuleSet missing(profile.rules.bits() & ~known.bits());
        const RuleSet added(known.bits() & ~profile.rules.bits());
        const int changes = std::popcount(missing.bits()) + std::popcount(added.bits());
        if (changes >= length) continue;
        length = changes;
        best = profile.name;
        if (added.bits()) best += fmt::format(" with {}", fmt::join(rule_names(added, table), " "));
        if (missing.bits()) best += fmt::format(" without {}", fmt::join(rule_names(missing, table), " "));
    }
    return best;
}

std::vector<std::string> call_lines(const PlainCall& call, const RuleTable& table) {
    return {"flags    " + flag_words(call.flags), "context  " + context_words(call),
            "rules    " + rule_set_words(call.in_force, table)};
}

std::string call_line(const PlainCall& call, const RuleTable& table, const std::string& verdict) {
    return fmt::format("{}; {}; under {}: {}", flag_words(call.flags), context_words(call),
                       rule_set_words(call.in_force, table), verdict);
}

std::string verdict_words(const z3::model& model, const TermVerdict& verdict, const RuleTable& table) {
    const auto id = static_cast<RuleId>(word(model, verdict.refused_by));
    if (id == RuleId::none) return "accepted";
    const RuleRow* row = table.find(id);
    const auto error = static_cast<Errno>(word(model, verdict.error));
    const std::string name = errno_name(error);
    return fmt::format("refused by {} with {}", row ? row->name : "a rule that the table lacks",
                       name == "?" ? fmt::format("errno {}", static_cast<int>(error)) : name);
}

std::vector<z3::expr> simpler(const CallTerms& call, const RuleTable& table) {
    std::vector<z3::expr> wishes;
    for (const Profile& profile : table.profiles)
        wishes.push_back(call.in_force == call.z3().bv_val(profile.rules.bits(), 32));
    for (int rule = 0; rule < RULE_COUNT; rule++)
        wishes.push_back(call.rule_in_force(static_cast<RuleId>(rule)));
    auto without = [&](std::uint32_t bits) { wishes.push_back(!call.has_any(bits)); };
    without(~VERDICT_FLAGS); // all at once, then one by one
    for (int bit = 31; bit >= 0; bit--) without(1U << bit);
    wishes.push_back(call.security_errno == 0);
    for (const ContextField& field : context_fields) wishes.push_back(!(call.*field.term));
    wishes.push_back(!call.reset_on_fork);
    return wishes;
}

} // namespace forkproof::proofs
