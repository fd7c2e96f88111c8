// Switching rules off: what RULES=-NAME does and does not do to a call, for every set of rules at once.
#include "proofs/rules/theorem.hpp"

namespace forkproof::proofs {
namespace {

struct Switched {
    CallTerms before, after;
    TermVerdict verdict_before, verdict_after;
};

/// The same call under two sets of rules, the second a part of the first.
Switched switched_off(RuleProof& proof) {
    const CallTerms before = proof.call();
    const CallTerms after = before.judged_by(proof.z3().bv_const("still in force", 32));
    proof.show("with rules switched off", after);
    proof.assume("what is in force afterwards was in force before",
                 (after.in_force & before.in_force) == after.in_force);
    return {before, after, verdict_of(proof.table(), before), verdict_of(proof.table(), after)};
}

z3::expr decider_stays(RuleProof& proof, const Switched& s) {
    z3::expr stays = s.verdict_before.accepted();
    for (const RuleRow& row : proof.table().rows)
        stays = stays || (s.verdict_before.by(row.id) && s.after.rule_in_force(row.id));
    return stays;
}

void undecided(RuleProof& proof) {
    const Switched s = switched_off(proof);
    proof.prove("if the rule that decided stays, so do verdict and errno",
                decider_stays(proof, s) && s.before.in_force != s.after.in_force,
                s.verdict_before.same_as(s.verdict_after));
}

void never_stricter(RuleProof& proof) {
    const Switched s = switched_off(proof);
    proof.prove("a call accepted before is accepted after", s.verdict_before.accepted(),
                s.verdict_after.accepted());
    proof.exists("a call that is accepted only afterwards",
                 !s.verdict_before.accepted() && s.verdict_after.accepted());
}

void only_later(RuleProof& proof) {
    const Switched s = switched_off(proof);
    proof.prove("another rule that now decides stands after the one that did, in the listing's order",
                !s.verdict_before.accepted() && !s.verdict_after.accepted() &&
                    s.verdict_before.refused_by != s.verdict_after.refused_by,
                z3::ult(s.verdict_before.refused_by, s.verdict_after.refused_by));
}

void effects(RuleProof& proof) {
    const CallTerms with = proof.call();
    const RuleSet effect_rules = RuleSet().with(RuleId::parent_exit_signal).with(RuleId::reset_on_fork);
    const CallTerms without = with.judged_by(with.in_force & proof.z3().bv_val(~effect_rules.bits(), 32));
    proof.show("without the effects", without);
    const TermVerdict verdict = verdict_of(proof.table(), with);
    proof.prove("no call is refused by an effect", with.rules_in_force(effect_rules),
                !verdict.by_any({RuleId::parent_exit_signal, RuleId::reset_on_fork}));
    proof.prove("verdict and errno are the same without the effects", with.rules_in_force(effect_rules),
                verdict.same_as(verdict_of(proof.table(), without)));
}

} // namespace

std::vector<RuleTheorem> switching_theorems() {
    return {
        {"switching/undecided", "switching rules off changes no call that they did not decide", undecided},
        {"switching/never-stricter", "switching rules off refuses no call that was accepted", never_stricter},
        {"switching/only-later", "a call goes on to a later rule, never back to an earlier one", only_later},
        {"switching/effects", "the two effects refuse nothing", effects},
    };
}

} // namespace forkproof::proofs
