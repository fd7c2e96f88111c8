// How the ladder and the rules of clone() meet: 2.6.33 decides eight of its fifteen rules on the way.
#include "proofs/history/theorems.hpp"
#include "proofs/rules/rule_table.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

void agrees_with_the_rules(Inquiry& inquiry) {
    const Ladder& ladder = inquiry.ladder();
    const z3::expr accepted = verdict_of(shipped_rule_table(), inquiry.call().call).accepted();
    RuleSet decided = ladder.decided_before;
    for (const Ladder::Step& step : ladder.steps) {
        decided = RuleSet(decided.bits() | step.rules.bits());
        if (step.label.empty()) continue;
        const ExitTerms& exit = inquiry.at(step.name);
        std::string who = "accepted calls too";
        if (step.fails.count == 0) {
            inquiry.prove(fmt::format("only a refused call fails at {}", step.name), exit,
                          inquiry.z3().bool_val(true), !accepted);
            who = "only calls that the verdict refuses";
        } else {
            inquiry.find(fmt::format("an accepted call that fails at {}", step.name), exit, accepted);
        }
        if ((profile_linux_2_6_33.bits() & ~decided.bits()) == 0 && step.rules == RuleSet()) {
            inquiry.prove(fmt::format("a call that comes to {} is accepted", step.name), exit,
                          inquiry.z3().bool_val(true), accepted);
            who = "only accepted calls";
        }
        inquiry.say(fmt::format("  at {:<13} {} fail", step.name, who));
    }
    inquiry.check("every rule of linux-2.6.33 is decided somewhere",
                  (profile_linux_2_6_33.bits() & ~decided.bits()) == 0);
    inquiry.prove_made("a child that is made was asked for by an accepted call", accepted);
}

} // namespace

std::vector<HistoryTheorem> ladder_rule_theorems() {
    return {{"history/rules",
             "2.6.33's ladder, deciding nine of the rules on its way, makes no child that the verdict "
             "refuses; past "
             "namespaces it has only accepted calls",
             WhichLadder::listing, agrees_with_the_rules}};
}

} // namespace forkproof::proofs
