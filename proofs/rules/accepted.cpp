// What is true of every accepted call. Each property names the rules that it rests on, and is proved for
// every set of rules in force that contains them; that it fails without them is shown too, so each is a real
// consequence.
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

using Condition = std::function<z3::expr(const CallTerms&)>;

struct Property {
    const char* name;
    const char* sentence;
    std::vector<RuleId> rests_on;
    std::vector<std::string> profiles; ///< those that must contain these rules
    Condition when;                    ///< what kind of accepted call it speaks of
    Condition then;
};

RuleSet set_of(const std::vector<RuleId>& ids) {
    RuleSet set;
    for (const RuleId id : ids) set = set.with(id);
    return set;
}

void prove_property(RuleProof& proof, const Property& property) {
    const RuleTable& table = proof.table();
    const CallTerms call = proof.call();
    const z3::expr accepted = verdict_of(table, call).accepted();
    const RuleSet needed = set_of(property.rests_on);
    for (const std::string& profile : property.profiles)
        proof.check("profile " + profile + " has the rules that this rests on",
                    (table.profile(profile).bits() & needed.bits()) == needed.bits());
    proof.prove(property.sentence, accepted && property.when(call) && call.rules_in_force(needed),
                property.then(call));
    for (const RuleId id : property.rests_on)
        proof.exists(fmt::format("without {} a call is accepted that breaks it", rule_texts[id].name),
                     accepted && property.when(call) && !property.then(call) &&
                         call.rules_in_force(needed.without(id)) && !call.rule_in_force(id));
}

Condition has(std::uint32_t bit) {
    return [bit](const CallTerms& c) { return c.has_any(bit); };
}
Condition lacks(std::uint32_t bits) {
    return [bits](const CallTerms& c) { return !c.has_any(bits); };
}

std::vector<Property> properties() {
    const std::vector<std::string> both{"linux-2.6.33", "default"};
    using R = RuleId;
    return {
        {"thread-sighand-vm",
         "THREAD implies SIGHAND, and SIGHAND implies VM",
         {R::thread_sighand, R::sighand_vm},
         both,
         [](const CallTerms& c) { return c.has_any(CLONE_THREAD) || c.has_any(CLONE_SIGHAND); },
         [](const CallTerms& c) {
             return z3::implies(c.has_any(CLONE_THREAD), c.has_all(CLONE_SIGHAND | CLONE_VM)) &&
                    c.has_any(CLONE_VM);
         }},
        {"newns-without-fs",
         "NEWNS never comes with FS",
         {R::newns_fs},
         both,
         has(CLONE_NEWNS),
         lacks(CLONE_FS)},
        {"newuser-without-fs",
         "NEWUSER never comes with FS",
         {R::newuser_fs},
         {"default"},
         has(CLONE_NEWUSER),
         lacks(CLONE_FS)},
        {"thread-keeps-namespaces",
         "a thread enters neither a user nor a pid namespace",
         {R::newuser_thread, R::newpid_thread},
         both,
         has(CLONE_THREAD),
         lacks(CLONE_NEWUSER | CLONE_NEWPID)},
        {"newipc-own-undo",
         "a new ipc namespace never comes with a shared undo list",
         {R::newipc_sysvsem},
         both,
         has(CLONE_NEWIPC),
         lacks(CLONE_SYSVSEM)},
        {"newpid-no-sibling",
         "the init of a new pid namespace is a child of its maker",
         {R::newpid_parent},
         both,
         has(CLONE_NEWPID),
         lacks(CLONE_PARENT)},
        {"init-no-sibling",
         "an init makes no sibling",
         {R::parent_init},
         both,
         [](const CallTerms& c) { return c.unkillable; },
         lacks(CLONE_PARENT)},
        {"namespaces-need-admin",
         "a namespace is made only with CAP_SYS_ADMIN",
         {R::new_caps},
         both,
         has(NSPROXY_FLAGS),
         [](const CallTerms& c) { return c.cap_sys_admin; }},
        {"newuser-needs-three",
         "a user namespace is made only with all three capabilities",
         {R::newuser_caps},
         both,
         has(CLONE_NEWUSER),
         [](const CallTerms& c) { return c.cap_sys_admin && c.cap_setuid && c.cap_setgid; }},
        {"unprivileged-no-namespace",
         "a caller without capabilities makes no namespace at all",
         {R::newuser_caps, R::new_caps},
         both,
         [](const CallTerms& c) { return !c.cap_sys_admin && !c.cap_setuid && !c.cap_setgid; },
         lacks(NSPROXY_FLAGS | CLONE_NEWUSER)},
        {"no-sharing-with-exec",
         "fs is not shared while an exec decides about it",
         {R::fs_in_exec},
         both,
         [](const CallTerms& c) { return c.in_exec; },
         lacks(CLONE_FS)},
        {"user-limit",
         "a user at RLIMIT_NPROC makes a task only if exempt",
         {R::nproc},
         both,
         [](const CallTerms& c) { return c.nproc_reached; },
         [](const CallTerms& c) { return c.cap_sys_admin || c.cap_sys_resource || c.first_user; }},
        {"system-limit",
         "nobody makes a task when max_threads is reached",
         {R::max_threads},
         both,
         [](const CallTerms& c) { return c.nproc_reached || !c.nproc_reached; },
         [](const CallTerms& c) { return !c.threads_reached; }},
        {"exec-domain",
         "nobody makes a task in an exec domain that goes away",
         {R::exec_domain},
         both,
         [](const CallTerms& c) { return c.nproc_reached || !c.nproc_reached; },
         [](const CallTerms& c) { return !c.exec_domain_going; }},
        {"hook",
         "nobody makes a task that the security hook refuses",
         {R::security},
         both,
         [](const CallTerms& c) { return c.nproc_reached || !c.nproc_reached; },
         [](const CallTerms& c) { return c.security_errno == 0; }},
    };
}

/// The converse of them all: the rules refuse nothing that breaks none of the properties.
void nothing_else(RuleProof& proof) {
    const CallTerms call = proof.call();
    z3::expr keeps_all = proof.z3().bool_val(true);
    for (const Property& property : properties())
        keeps_all = keeps_all && z3::implies(property.when(call), property.then(call));
    proof.prove("a call with none of these faults is accepted under any set of rules", keeps_all,
                verdict_of(proof.table(), call).accepted());
}

} // namespace

std::vector<RuleTheorem> accepted_theorems() {
    std::vector<RuleTheorem> theorems;
    for (const Property& property : properties())
        theorems.push_back({fmt::format("accepted/{}", property.name), property.sentence,
                            [property](RuleProof& proof) { prove_property(proof, property); }});
    theorems.push_back({"accepted/everything-else",
                        "the rules refuse nothing but breaches of the properties above", nothing_else});
    return theorems;
}

} // namespace forkproof::proofs
