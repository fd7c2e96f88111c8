#include "proofs/rules/call_terms.hpp"

namespace forkproof::proofs {

CallTerms CallTerms::fresh(z3::context& z3, const std::string& suffix) {
    auto flag = [&](const char* name) { return z3.bool_const((name + suffix).c_str()); };
    auto word = [&](const char* name) { return z3.bv_const((name + suffix).c_str(), 32); };
    return {word("flags"),          flag("cap_sys_admin"),    flag("cap_setuid"),
            flag("cap_setgid"),     flag("cap_sys_resource"), flag("first_user"),
            flag("nproc_reached"),  flag("threads_reached"),  flag("exec_domain_going"),
            flag("unkillable"),     flag("in_exec"),          flag("reset_on_fork"),
            word("security_errno"), word("in_force")};
}

CallTerms CallTerms::judged_by(const z3::expr& rules) const {
    CallTerms other = *this;
    other.in_force = rules;
    return other;
}

CallTerms CallTerms::judged_by(RuleSet rules) const { return judged_by(z3().bv_val(rules.bits(), 32)); }

CallTerms CallTerms::with_flags(const z3::expr& word) const {
    CallTerms other = *this;
    other.flags = word;
    return other;
}

z3::expr CallTerms::has_any(std::uint32_t bits) const { return (flags & z3().bv_val(bits, 32)) != 0; }

z3::expr CallTerms::has_all(std::uint32_t bits) const {
    return (flags & z3().bv_val(bits, 32)) == z3().bv_val(bits, 32);
}

z3::expr CallTerms::rule_in_force(RuleId id) const {
    return (in_force & z3().bv_val(RuleSet().with(id).bits(), 32)) != 0;
}

z3::expr CallTerms::rules_in_force(RuleSet all_of_these) const {
    const z3::expr wanted = z3().bv_val(all_of_these.bits(), 32);
    return (in_force & wanted) == wanted;
}

z3::expr CallTerms::hook_answer_is_valid() const { return z3::ule(security_errno, MAX_ERRNO); }

} // namespace forkproof::proofs
