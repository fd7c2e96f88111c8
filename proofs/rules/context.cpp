// The context: what each kind of rule may look at, and that a better placed caller is never refused more.
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

std::string name_of(RuleId id) { return rule_texts[id].name; }

/// The condition of each rule is the same for two calls that agree in `same`, however else they differ.
void reads_only(RuleProof& proof, const CallTerms& a, const CallTerms& b, const char* what,
                const z3::expr& same, std::initializer_list<RuleId> ids) {
    const z3::expr differ =
        a.flags != b.flags || a.cap_sys_admin != b.cap_sys_admin || a.in_exec != b.in_exec;
    for (const RuleId id : ids) {
        const RuleRow* row = proof.table().find(id);
        proof.check("the table has a row " + name_of(id), row != nullptr);
        proof.prove(fmt::format("{} reads only {}", name_of(id), what), same && differ,
                    row->holds(a) == row->holds(b));
    }
}

void kinds(RuleProof& proof) {
    const CallTerms a = proof.call("one call");
    const CallTerms b = proof.call("another call");
    const z3::expr flags = a.flags == b.flags;
    const z3::expr capabilities =
        a.cap_sys_admin == b.cap_sys_admin && a.cap_setuid == b.cap_setuid && a.cap_setgid == b.cap_setgid;
    reads_only(proof, a, b, "the flag word", flags,
               {RuleId::newuser_thread, RuleId::newns_fs, RuleId::newuser_fs, RuleId::thread_sighand,
                RuleId::sighand_vm, RuleId::newipc_sysvsem, RuleId::newpid_thread, RuleId::newpid_parent});
    reads_only(proof, a, b, "the flag word and whether the caller is an init",
               flags && a.unkillable == b.unkillable, {RuleId::parent_init});
    reads_only(proof, a, b, "the flag word and whether fs is in an exec", flags && a.in_exec == b.in_exec,
               {RuleId::fs_in_exec});
    reads_only(proof, a, b, "the flag word and the three capabilities", flags && capabilities,
               {RuleId::newuser_caps, RuleId::new_caps});
    reads_only(proof, a, b, "the hook's answer", a.security_errno == b.security_errno, {RuleId::security});
    reads_only(proof, a, b, "the user's count and who is exempt",
               a.nproc_reached == b.nproc_reached && a.cap_sys_admin == b.cap_sys_admin &&
                   a.cap_sys_resource == b.cap_sys_resource && a.first_user == b.first_user,
               {RuleId::nproc});
    reads_only(proof, a, b, "the system's count", a.threads_reached == b.threads_reached,
               {RuleId::max_threads});
    reads_only(proof, a, b, "the exec domain", a.exec_domain_going == b.exec_domain_going,
               {RuleId::exec_domain});
}

void monotone(RuleProof& proof) {
    const CallTerms call = proof.call();
    CallTerms better = CallTerms::fresh(proof.z3(), "@better");
    better.flags = call.flags;
    better.in_force = call.in_force;
    proof.show("the same call of a better placed caller", better);
    auto at_least = [](const z3::expr& a, const z3::expr& b) { return z3::implies(a, b); };
    proof.assume("the better placed caller has every capability of the other, and is stopped by no more",
                 at_least(call.cap_sys_admin, better.cap_sys_admin) &&
                     at_least(call.cap_setuid, better.cap_setuid) &&
                     at_least(call.cap_setgid, better.cap_setgid) &&
                     at_least(call.cap_sys_resource, better.cap_sys_resource) &&
                     at_least(call.first_user, better.first_user) &&
                     at_least(better.nproc_reached, call.nproc_reached) &&
                     at_least(better.threads_reached, call.threads_reached) &&
                     at_least(better.exec_domain_going, call.exec_domain_going) &&
                     at_least(better.unkillable, call.unkillable) && at_least(better.in_exec, call.in_exec) &&
                     (better.security_errno == call.security_errno || better.security_errno == 0));
    const TermVerdict verdict = verdict_of(proof.table(), call);
    const TermVerdict better_verdict = verdict_of(proof.table(), better);
    proof.prove("what the one may do the other may do too", verdict.accepted(), better_verdict.accepted());
    proof.exists("a call that only the better placed may make",
                 !verdict.accepted() && better_verdict.accepted());
}

void each_field(RuleProof& proof) {
    const CallTerms call = proof.call();
    for (const ContextField& field : context_fields) {
        CallTerms other = call;
        other.*field.term = !(call.*field.term);
        for (const Profile& profile : proof.table().profiles)
            proof.exists(fmt::format("a call that {} alone decides, under {}", field.name, profile.name),
                         verdict_of(proof.table(), call.judged_by(profile.rules)).accepted() !=
                             verdict_of(proof.table(), other.judged_by(profile.rules)).accepted());
    }
}

} // namespace

std::vector<RuleTheorem> context_theorems() {
    return {
        {"context/kinds", "structure reads flags, privilege capabilities, a limit its count, policy the hook",
         kinds},
        {"context/monotone",
         "more privilege and less pressure never turn an accepted call into a refused one", monotone},
        {"context/each-field", "each field of the context decides some call", each_field},
    };
}

} // namespace forkproof::proofs
