// A clone() call as Z3 terms: a 32-bit flag word, the context of the verdict, and the set of rules in force.
// This is the prover's view of what invariants/rules.hpp speaks of; the tests' view of the same is PlainView
// there.
#pragma once
#include "invariants/rules.hpp"
#include <string>
#include <z3++.h>

namespace forkproof::proofs {

/// Every part of a call is a term; a fresh call leaves all of them free. The context's Booleans are those of
/// VerdictContext, by the same names.
struct CallTerms {
    z3::expr flags; ///< 32 bits
    z3::expr cap_sys_admin, cap_setuid, cap_setgid, cap_sys_resource, first_user;
    z3::expr nproc_reached, threads_reached, exec_domain_going, unkillable, in_exec;
    z3::expr reset_on_fork;  ///< read by an effect only, so it is not in VerdictContext
    z3::expr security_errno; ///< 32 bits: what the hook answers, 0 or 1..MAX_ERRNO
    z3::expr in_force;       ///< 32 bits, as RuleSet::bits()

    /// A call of fresh constants whose names end in `suffix`.
    static CallTerms fresh(z3::context& z3, const std::string& suffix);

    /// The same call judged by another set of rules.
    [[nodiscard]] CallTerms judged_by(const z3::expr& rules) const;
    [[nodiscard]] CallTerms judged_by(RuleSet rules) const;

    /// The same context with another flag word.
    [[nodiscard]] CallTerms with_flags(const z3::expr& word) const;

    [[nodiscard]] z3::context& z3() const { return flags.ctx(); }
    [[nodiscard]] z3::expr has_any(std::uint32_t bits) const;
    [[nodiscard]] z3::expr has_all(std::uint32_t bits) const;
    [[nodiscard]] z3::expr rule_in_force(RuleId id) const;
    [[nodiscard]] z3::expr rules_in_force(RuleSet all_of_these) const;
    /// What the hook may answer: 0, or an errno of 1..MAX_ERRNO.
    [[nodiscard]] z3::expr hook_answer_is_valid() const;
};

/// A Boolean of the context: its name, its term and its place in a plain context.
struct ContextField {
    const char* name;
    z3::expr CallTerms::*term;
    bool VerdictContext::*plain;
};

inline constexpr ContextField context_fields[] = {
    {"cap_sys_admin", &CallTerms::cap_sys_admin, &VerdictContext::cap_sys_admin},
    {"cap_setuid", &CallTerms::cap_setuid, &VerdictContext::cap_setuid},
    {"cap_setgid", &CallTerms::cap_setgid, &VerdictContext::cap_setgid},
    {"cap_sys_resource", &CallTerms::cap_sys_resource, &VerdictContext::cap_sys_resource},
    {"first_user", &CallTerms::first_user, &VerdictContext::first_user},
    {"nproc_reached", &CallTerms::nproc_reached, &VerdictContext::nproc_reached},
    {"threads_reached", &CallTerms::threads_reached, &VerdictContext::threads_reached},
    {"exec_domain_going", &CallTerms::exec_domain_going, &VerdictContext::exec_domain_going},
    {"unkillable", &CallTerms::unkillable, &VerdictContext::unkillable},
    {"in_exec", &CallTerms::in_exec, &VerdictContext::in_exec},
};

/// What a row's condition is given: the accessors of PlainView, answering terms.
struct TermView {
    const CallTerms* call;
    [[nodiscard]] z3::expr has(std::uint32_t bit) const { return call->has_any(bit); }
    [[nodiscard]] z3::expr has_any(std::uint32_t bits) const { return call->has_any(bits); }
    [[nodiscard]] z3::expr cap_sys_admin() const { return call->cap_sys_admin; }
    [[nodiscard]] z3::expr cap_setuid() const { return call->cap_setuid; }
    [[nodiscard]] z3::expr cap_setgid() const { return call->cap_setgid; }
    [[nodiscard]] z3::expr cap_sys_resource() const { return call->cap_sys_resource; }
    [[nodiscard]] z3::expr first_user() const { return call->first_user; }
    [[nodiscard]] z3::expr nproc_reached() const { return call->nproc_reached; }
    [[nodiscard]] z3::expr threads_reached() const { return call->threads_reached; }
    [[nodiscard]] z3::expr exec_domain_going() const { return call->exec_domain_going; }
    [[nodiscard]] z3::expr unkillable() const { return call->unkillable; }
    [[nodiscard]] z3::expr in_exec() const { return call->in_exec; }
    [[nodiscard]] z3::expr security_refuses() const { return call->security_errno != 0; }
    [[nodiscard]] z3::expr reset_on_fork() const { return call->reset_on_fork; }
};

/// The twelve flags that a rule may read (shared with the counts): all others are ignored by the verdict.
inline constexpr std::uint32_t VERDICT_FLAGS = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_PARENT |
                                               CLONE_THREAD | CLONE_NEWNS | CLONE_SYSVSEM | CLONE_NEWUTS |
                                               CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

} // namespace forkproof::proofs
