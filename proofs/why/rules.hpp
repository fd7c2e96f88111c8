// Each rule and effect, with what shows why it is there, and whether that is what its row says.
#pragma once
#include "proofs/why/witness.hpp"

namespace forkproof::proofs::why {

/// What the row of a rule says of itself.
struct RuleSaid {
    RuleId id;
    std::string name, why;
    RuleKind kind;
    Errno errno_value;
    std::vector<std::string> guards;
};
/// The rows of invariants/rules.hpp.
std::vector<RuleSaid> shipped_rules();

struct RuleWhy {
    RuleSaid rule;
    std::optional<Witness> witness; ///< the shortest that breaks one of what the rule guards
    std::vector<Witness> also;      ///< the shortest for each guarded name that is not broken by those before
    bool needless = false; ///< proved: without the rule, each call still keeps each invariant, for any state
    std::string together;  ///< another rule: without both, something breaks that neither alone guards
    std::optional<Witness> pair;
    std::vector<std::string> problems; ///< where the row says something else
    double seconds = 0;
    [[nodiscard]] bool is_necessary() const { return witness.has_value(); }
};

struct WhyOptions {
    std::size_t most_calls = 4;
    unsigned jobs = 1;
    std::string only; ///< the name of one rule, or all
};

/// All rules, in the order of the rows.
std::vector<RuleWhy> explain(const RuleTable& table, RuleSet in_force, const std::vector<RuleSaid>& said,
                             const WhyOptions& options);

} // namespace forkproof::proofs::why
