// `make why` in words.
#pragma once
#include "proofs/why/rules.hpp"

namespace forkproof::proofs::why {

/// One block for a rule or effect.
std::vector<std::string> told_lines(const RuleWhy& why);
/// The same with the tasks at the start and after each call, as tables.
std::vector<std::string> told_in_full(const RuleWhy& why);
/// "rules: 18 necessary: 15".
std::string last_line(const std::vector<RuleWhy>& all);
/// Everything is as the rows say.
bool is_as_said(const std::vector<RuleWhy>& all);

/// What refuses: "EINVAL", "the policy's errno", "no errno: an effect".
std::string refusal_words(const RuleSaid& rule);
/// "init alone"; "init and user, its child, after setuid(nobody), with RLIMIT_NPROC 1".
std::string start_words(const Witness& witness);
/// Why it has no witness, or "".
std::string needless_words(const RuleWhy& why);

} // namespace forkproof::proofs::why
