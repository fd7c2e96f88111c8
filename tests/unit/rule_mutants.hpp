// Mutants of the rule table: each condition weakened and strengthened in turn, over everything that a
// condition can read.
#pragma once
#include "proofs/rules/rule_table.hpp"
#include "tests/unit/contexts.hpp"

namespace forkproof::tests {

/// Something that is true or false of a call: one of the twelve flags, or a fact of the context.
struct Atom {
    std::string name;
    std::uint32_t flag;                ///< 0: a fact of the context
    bool VerdictContext::*plain;       ///< null for a flag, and for reset_on_fork, which no verdict reads
    z3::expr proofs::CallTerms::*term; ///< null for a flag

    [[nodiscard]] bool of(std::uint32_t flags, const VerdictContext& c) const {
        return flag ? (flags & flag) != 0 : plain && c.*plain;
    }
    [[nodiscard]] z3::expr of(const proofs::CallTerms& call) const {
        return flag ? call.has_any(flag) : call.*term;
    }
};
const std::vector<Atom>& atoms();

enum class Change {
    also_needs,     ///< holds only where the atom does too: accepts more
    also_needs_not, ///< holds only where the atom does not
    or_if,          ///< holds also wherever the atom does: refuses more
    whether_or_not, ///< as if the atom held: a conjunct is dropped
    as_if_not,      ///< as if it did not
};
inline constexpr Change changes[] = {Change::also_needs, Change::also_needs_not, Change::or_if,
                                     Change::whether_or_not, Change::as_if_not};

struct RuleMutant {
    RuleId rule;
    Change change;
    const Atom* atom;

    /// "newns-fs also needs VM"
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool accepts_more() const {
        return change == Change::also_needs || change == Change::also_needs_not;
    }
    /// The changed condition.
    [[nodiscard]] bool holds(std::uint32_t flags, const VerdictContext& context) const;
    [[nodiscard]] z3::expr holds(const proofs::CallTerms& call) const;
};
std::vector<RuleMutant> mutants_of(RuleId rule);

/// The shipped condition.
bool condition_holds(RuleId rule, std::uint32_t flags, const VerdictContext& context);
z3::expr condition_holds(RuleId rule, const proofs::CallTerms& call);

} // namespace forkproof::tests
