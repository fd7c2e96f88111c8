// What `make why` says, for programs.
#pragma once
#include "debug/junit.hpp"
#include "proofs/why/rules.hpp"

namespace forkproof::proofs::why {

/// {"rules": [{"name", "kind", "errno", "guards": [...], "why", "necessary", "needed" (why there is no
/// witness), "witness": {"from", "calls": [...], "refused", "at", "breaks": [{"invariant", "sentence"}]},
/// "also": [witness...], "together": {"rule", "witness"}, "problems": [...], "seconds"}], "total",
/// "necessary"}.
std::string why_json(const std::vector<RuleWhy>& all);

/// A case a rule: failed if its row says something else.
std::vector<report::Case> why_cases(const std::vector<RuleWhy>& all);

} // namespace forkproof::proofs::why
