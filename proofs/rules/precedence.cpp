// The order of the rules, and which errno a caller sees: both are part of the ABI.
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// The order in which the 2.6.33 listing decides, newuser-fs standing right after newns-fs. Written down here
/// apart from the table, so that a row that moves there is noticed.
constexpr RuleId decision_order[] = {
    RuleId::newuser_thread, RuleId::newuser_caps,   RuleId::newns_fs,      RuleId::newuser_fs,
    RuleId::thread_sighand, RuleId::sighand_vm,     RuleId::parent_init,   RuleId::security,
    RuleId::nproc,          RuleId::max_threads,    RuleId::exec_domain,   RuleId::fs_in_exec,
    RuleId::new_caps,       RuleId::newipc_sysvsem, RuleId::newpid_thread, RuleId::newpid_parent,
};

std::string name_of(RuleId id) { return rule_texts[id].name; }

void first_match(RuleProof& proof) {
    const CallTerms call = proof.call();
    const TermVerdict verdict = verdict_of(proof.table(), call);
    z3::expr nobody_yet = proof.z3().bool_val(true);
    for (const RuleRow& row : proof.table().rows) {
        if (row.kind == RuleKind::effect) continue;
        const z3::expr decides = nobody_yet && row.refuses(call);
        proof.prove("the first rule in force that holds is the verdict: " + row.name, decides,
                    verdict.by(row.id) && !verdict.error_is(Errno::OK));
        nobody_yet = nobody_yet && !row.refuses(call);
    }
    proof.prove("a call that no rule refuses is accepted, with errno 0", nobody_yet,
                verdict.accepted() && verdict.error_is(Errno::OK));
}

void order(RuleProof& proof) {
    const RuleTable& table = proof.table();
    const CallTerms call = proof.call();
    const TermVerdict verdict = verdict_of(table, call);
    z3::expr earlier_hold = proof.z3().bool_val(false);
    for (const RuleId id : decision_order) {
        proof.prove(name_of(id) + " decides only what no rule ranked before it refuses", verdict.by(id),
                    !earlier_hold);
        const RuleRow* row = table.find(id);
        proof.check("the table has a row " + name_of(id), row != nullptr);
        earlier_hold = earlier_hold || row->refuses(call);
    }
}

void exact_errno(RuleProof& proof) {
    const CallTerms call = proof.call();
    const TermVerdict verdict = verdict_of(proof.table(), call);
    auto all_say = [&](Errno error, std::initializer_list<RuleId> ids) {
        for (const RuleId id : ids)
            proof.prove(fmt::format("{} says {}", name_of(id), errno_name(error)), verdict.by(id),
                        verdict.error_is(error));
    };
    all_say(Errno::EINVAL, {RuleId::newuser_thread, RuleId::newns_fs, RuleId::newuser_fs,
                            RuleId::thread_sighand, RuleId::sighand_vm, RuleId::parent_init,
                            RuleId::newipc_sysvsem, RuleId::newpid_thread, RuleId::newpid_parent});
    all_say(Errno::EPERM, {RuleId::newuser_caps, RuleId::new_caps});
    all_say(Errno::EAGAIN, {RuleId::nproc, RuleId::max_threads, RuleId::exec_domain, RuleId::fs_in_exec});
    proof.prove("security says what the hook said, 1..4095", verdict.by(RuleId::security),
                verdict.error == call.security_errno && z3::uge(verdict.error, 1) &&
                    z3::ule(verdict.error, MAX_ERRNO));
}

void privilege_before_newns(RuleProof& proof) {
    const CallTerms call = proof.call();
    proof.assume("newuser-caps is in force, newuser-thread does not refuse",
                 call.rule_in_force(RuleId::newuser_caps) && !(call.rule_in_force(RuleId::newuser_thread) &&
                                                               call.has_all(CLONE_NEWUSER | CLONE_THREAD)));
    const z3::expr lacks_one = !(call.cap_sys_admin && call.cap_setuid && call.cap_setgid);
    const TermVerdict verdict = verdict_of(proof.table(), call);
    proof.prove("NEWUSER without its three capabilities is EPERM, though NEWNS and FS are EINVAL",
                call.has_all(CLONE_NEWUSER | CLONE_NEWNS | CLONE_FS) && lacks_one,
                verdict.by(RuleId::newuser_caps) && verdict.error_is(Errno::EPERM));
    proof.prove("and so is it whatever else is wrong with the call", call.has_any(CLONE_NEWUSER) && lacks_one,
                verdict.by(RuleId::newuser_caps) && verdict.error_is(Errno::EPERM));
}

void new_caps_before_late_structure(RuleProof& proof) {
    const CallTerms call = proof.call();
    proof.assume("new-caps is in force", call.rule_in_force(RuleId::new_caps));
    const z3::expr unprivileged = call.has_any(NSPROXY_FLAGS) && !call.cap_sys_admin;
    const TermVerdict verdict = verdict_of(proof.table(), call);
    const z3::expr late_conflict = call.has_all(CLONE_NEWIPC | CLONE_SYSVSEM) ||
                                   call.has_all(CLONE_NEWPID | CLONE_THREAD) ||
                                   call.has_all(CLONE_NEWPID | CLONE_PARENT);
    proof.prove("without CAP_SYS_ADMIN none of the last three rules is ever heard",
                unprivileged && late_conflict,
                !verdict.by_any({RuleId::newipc_sysvsem, RuleId::newpid_thread, RuleId::newpid_parent}));
    proof.exists("a call with such a conflict that new-caps answers with EPERM",
                 late_conflict && verdict.by(RuleId::new_caps) && verdict.error_is(Errno::EPERM));
}

void structure_before_limits(RuleProof& proof) {
    const CallTerms call = proof.call();
    const TermVerdict verdict = verdict_of(proof.table(), call);
    const RuleId early[] = {RuleId::newuser_thread, RuleId::newuser_caps,   RuleId::newns_fs,
                            RuleId::newuser_fs,     RuleId::thread_sighand, RuleId::sighand_vm,
                            RuleId::parent_init};
    const z3::expr everything_is_full =
        call.nproc_reached && call.threads_reached && call.exec_domain_going && call.security_errno != 0;
    for (const RuleId id : early) {
        const RuleRow* row = proof.table().find(id);
        proof.check("the table has a row " + name_of(id), row != nullptr);
        proof.prove(name_of(id) + " is heard even when every limit is reached and the hook says no",
                    everything_is_full && row->refuses(call),
                    (verdict.error_is(Errno::EINVAL) || verdict.error_is(Errno::EPERM)) &&
                        !verdict.by(RuleId::security));
    }
}

} // namespace

std::vector<RuleTheorem> precedence_theorems() {
    return {
        {"precedence/first-match", "the verdict is the first rule in force whose condition holds",
         first_match},
        {"precedence/order", "the rules decide in the listing's order, whichever are switched off", order},
        {"precedence/errno", "each rule's errno is exact", exact_errno},
        {"precedence/privilege-before-newns", "newuser-caps is decided before newns-fs",
         privilege_before_newns},
        {"precedence/privilege-before-late-structure", "new-caps is decided before the three rules after it",
         new_caps_before_late_structure},
        {"precedence/structure-before-limits",
         "a call that makes no sense is told so, not that something is full", structure_before_limits},
    };
}

} // namespace forkproof::proofs
