// The table of counts: how many of the 4096 words over the twelve flags are accepted, and how the others
// fail.
#include "proofs/rules/known_counts.hpp"
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// A caller with a free flag word whom no limit stops; no exec is under way, and the hook says yes.
CallTerms caller_of(const CallTerms& anybody, const KnownCounts& row) {
    z3::context& z3 = anybody.z3();
    CallTerms call = anybody;
    for (const ContextField& field : context_fields) call.*field.term = z3.bool_val(false);
    for (z3::expr CallTerms::*capability : {&CallTerms::cap_sys_admin, &CallTerms::cap_setuid,
                                            &CallTerms::cap_setgid, &CallTerms::cap_sys_resource})
        call.*capability = z3.bool_val(row.privileged);
    call.unkillable = z3.bool_val(row.unkillable);
    call.security_errno = z3.bv_val(0, 32);
    return call;
}

void prove_row(RuleProof& proof, const KnownCounts& row, const CallTerms& anybody) {
    const CallTerms call = caller_of(anybody, row).judged_by(proof.table().profile(row.profile));
    const TermVerdict verdict = verdict_of(proof.table(), call);
    const z3::expr early = verdict.by_any({RuleId::newuser_thread, RuleId::newns_fs, RuleId::newuser_fs,
                                           RuleId::thread_sighand, RuleId::sighand_vm, RuleId::parent_init});
    const z3::expr late =
        verdict.by_any({RuleId::newipc_sysvsem, RuleId::newpid_thread, RuleId::newpid_parent});
    auto count = [&](const char* what, const z3::expr& condition, unsigned expected) {
        proof.counts(fmt::format("{}, {}, {}", row.privileged ? "privileged" : "unprivileged",
                                 row.unkillable ? "unkillable" : "killable", what),
                     call.flags, VERDICT_FLAGS, condition, expected);
    };
    count("accepted", verdict.accepted() && verdict.error_is(Errno::OK), row.accepted);
    count("EINVAL by an early rule", early && verdict.error_is(Errno::EINVAL), row.early_einval);
    count("EINVAL by a late rule", late && verdict.error_is(Errno::EINVAL), row.late_einval);
    count("EPERM", verdict.error_is(Errno::EPERM), row.eperm);
}

RuleTheorem counts_of(const std::string& profile) {
    return {"counts/" + profile, "the 4096 words over the twelve flags fall as brute force found them to",
            [profile](RuleProof& proof) {
                const CallTerms call = proof.call();
                for (const KnownCounts& row : known_counts)
                    if (profile == row.profile) prove_row(proof, row, call);
            }};
}

} // namespace

std::vector<RuleTheorem> count_theorems() { return {counts_of("linux-2.6.33"), counts_of("default")}; }

} // namespace forkproof::proofs
