// The two profiles against each other, and that the calls every program lives by are never refused for
// structure.
#include "proofs/rules/theorem.hpp"

namespace forkproof::proofs {
namespace {

/// What glibc's pthread_create asks for (nptl/sysdeps/pthread/createthread.c of its time).
constexpr std::uint32_t PTHREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                        CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                        CLONE_CHILD_CLEARTID;

void default_against_listing(RuleProof& proof) {
    const RuleTable& table = proof.table();
    const CallTerms call = proof.call();
    const CallTerms by_default = call.judged_by(table.profile("default"));
    const CallTerms by_listing = call.judged_by(table.profile("linux-2.6.33"));
    proof.show("judged by default", by_default);
    proof.show("judged by linux-2.6.33", by_listing);
    const TermVerdict ours = verdict_of(table, by_default);
    const TermVerdict theirs = verdict_of(table, by_listing);
    const z3::expr newuser_fs = call.has_all(CLONE_NEWUSER | CLONE_FS);
    proof.prove("both agree on every call but NEWUSER with FS", !newuser_fs, ours.same_as(theirs));
    proof.prove("of those with NEWUSER and FS, the default accepts none", newuser_fs, !ours.accepted());
    proof.exists("and the listing accepts one", newuser_fs && theirs.accepted());
    proof.prove("the default accepts nothing that the listing refuses", ours.accepted(), theirs.accepted());
}

void ordinary(RuleProof& proof) {
    const CallTerms call = proof.call();
    const TermVerdict verdict = verdict_of(proof.table(), call);
    auto flags_are = [&](std::uint32_t flags) {
        return (call.flags & proof.z3().bv_val(~static_cast<std::uint32_t>(CSIGNAL), 32)) ==
               proof.z3().bv_val(flags, 32);
    };
    const z3::expr only_for_want =
        verdict.accepted() ||
        verdict.by_any({RuleId::security, RuleId::nproc, RuleId::max_threads, RuleId::exec_domain});
    proof.prove("fork() is refused only by the hook or a limit", flags_are(0), only_for_want);
    proof.prove("vfork() is refused only by the hook or a limit", flags_are(CLONE_VM | CLONE_VFORK),
                only_for_want);
    proof.prove("pthread_create() likewise, or while an exec decides about fs", flags_are(PTHREAD_FLAGS),
                only_for_want || verdict.by(RuleId::fs_in_exec));
    const z3::expr nobody =
        !call.cap_sys_admin && !call.cap_setuid && !call.cap_setgid && !call.cap_sys_resource;
    proof.exists("a caller without capabilities whose pthread_create is accepted by all rules",
                 nobody && flags_are(PTHREAD_FLAGS) &&
                     call.rules_in_force(proof.table().profile("default")) && verdict.accepted());
}

} // namespace

std::vector<RuleTheorem> profile_theorems() {
    return {
        {"profiles/default-against-listing",
         "the default profile refuses NEWUSER with FS and differs in nothing else", default_against_listing},
        {"profiles/ordinary-calls", "fork, vfork and pthread_create fail for want of room only", ordinary},
    };
}

} // namespace forkproof::proofs
