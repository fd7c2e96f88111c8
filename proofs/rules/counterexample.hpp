// Calls read back from a model, and said in the names that people know: flags, context, rules.
#pragma once
#include "proofs/rules/rule_table.hpp"
#include <string>
#include <vector>

namespace forkproof::proofs {

/// A call with every part concrete: can be given to the kernel's verdict() as it stands.
struct PlainCall {
    std::uint32_t flags = 0;
    VerdictContext context;
    bool reset_on_fork = false;
    RuleSet in_force;
};

PlainCall read_call(const z3::model& model, const CallTerms& call);

/// "THREAD NEWPID", with what has no name at the end: "bit 12", "exit signal 17"; "no flags" for 0.
std::string flag_words(std::uint32_t flags);

/// "default", "linux-2.6.33 without newns-fs", "only newns-fs": the shortest of what is true.
std::string rule_set_words(RuleSet set, const RuleTable& table);

/// Three lines: flags; context; rules in force.
std::vector<std::string> call_lines(const PlainCall& call, const RuleTable& table);

/// The same in one line, with the verdict: "FS NEWNS, cap_sys_admin, under default: refused by newns-fs".
std::string call_line(const PlainCall& call, const RuleTable& table, const std::string& verdict);

/// "refused by newns-fs with EINVAL" or "accepted": what the table answers for this call in this model.
std::string verdict_words(const z3::model& model, const TermVerdict& verdict, const RuleTable& table);

/// What makes a call simpler to read, most wanted first: a whole profile in force, or else most rules; fewer
/// flags; a plainer context.
std::vector<z3::expr> simpler(const CallTerms& call, const RuleTable& table);

} // namespace forkproof::proofs
