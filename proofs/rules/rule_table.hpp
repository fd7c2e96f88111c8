// The rule table as the prover reads it: rows with their conditions as functions from a symbolic call to a
// term. It is extracted from invariants/rules.hpp, and is plain data, so that the tests can plant a fault in
// a copy and see the theorem refuted that must notice it.
#pragma once
#include "proofs/rules/call_terms.hpp"
#include <functional>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct RuleRow {
    RuleId id;
    std::string name;
    RuleKind kind;
    Errno errno_value; ///< OK for the security hook, whose errno is its own, and for effects
    std::function<z3::expr(const TermView&)> condition;

    /// The condition over this call, whether or not the rule is in force.
    [[nodiscard]] z3::expr holds(const CallTerms& call) const { return condition(TermView{&call}); }
    /// The rule is in force, it is not an effect, and its condition holds. An earlier rule may still decide.
    [[nodiscard]] z3::expr refuses(const CallTerms& call) const;
};

struct RuleTable {
    std::vector<RuleRow> rows; ///< in the order in which they are decided
    std::vector<Profile> profiles;

    /// The row of a rule, or null if the table lacks it.
    [[nodiscard]] const RuleRow* find(RuleId id) const;
    /// The profile of this name; an empty set of rules if the table lacks it.
    [[nodiscard]] RuleSet profile(const std::string& name) const;
};

/// The table of invariants/rules.hpp.
RuleTable shipped_rule_table();

/// The table's answer over a symbolic call: the first row that refuses, and the errno.
struct TermVerdict {
    z3::expr refused_by; ///< 8 bits: a RuleId
    z3::expr error;      ///< 32 bits: a positive errno, 0 for an accepted call

    [[nodiscard]] z3::expr accepted() const { return refused_by == value(RuleId::none); }
    [[nodiscard]] z3::expr by(RuleId id) const { return refused_by == value(id); }
    [[nodiscard]] z3::expr by_any(std::initializer_list<RuleId> ids) const;
    [[nodiscard]] z3::expr error_is(Errno e) const { return error == static_cast<int>(e); }
    [[nodiscard]] z3::expr same_as(const TermVerdict& other) const {
        return refused_by == other.refused_by && error == other.error;
    }

  private:
    static int value(RuleId id) { return static_cast<int>(id); }
};

TermVerdict verdict_of(const RuleTable& table, const CallTerms& call);

} // namespace forkproof::proofs
