// The rules of clone() in every kernel from 2.6.24 to 6.1: the rows of invariants/ with the versions between
// which they hold, as plain data, so that the tests can plant a wrong row in a copy.
#pragma once
#include "invariants/later_rules.hpp"
#include "proofs/rules/rule_table.hpp"
#include <optional>

namespace forkproof::proofs {

struct DatedRow {
    RuleRow row;
    int rank = 0;
    std::uint32_t since = 0, until = 0; ///< it holds in versions since <= v < until
};

struct RuleHistory {
    std::vector<DatedRow> rows;

    /// The rows that hold in this version, in the order in which it decides; as a profile: linux-VERSION.
    [[nodiscard]] RuleTable at(std::uint32_t version) const;
    /// The row of a rule, or null.
    [[nodiscard]] DatedRow* find(RuleId id);
};

RuleHistory shipped_rule_history();

/// "3.8" or "2.6.33" as a number; nothing if it is not a version, or one of which the rows are not known.
std::optional<std::uint32_t> known_version(const std::string& words);
std::string version_words(std::uint32_t version);

} // namespace forkproof::proofs
