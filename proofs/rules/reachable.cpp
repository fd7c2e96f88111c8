// No rule is there in vain: each can be the one that decides, and none is implied by the others.
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// The rules that a profile refuses by: all of its names but the two effects.
std::vector<RuleId> refusing_rules(const RuleTable& table, const std::string& profile) {
    std::vector<RuleId> ids;
    for (int i = 0; i < RULE_COUNT; i++) {
        const auto id = static_cast<RuleId>(i);
        if (id == RuleId::parent_exit_signal || id == RuleId::reset_on_fork) continue;
        if (table.profile(profile).has(id)) ids.push_back(id);
    }
    return ids;
}

std::string name_of(RuleId id) { return rule_texts[id].name; }

RuleTheorem reachable_in(const std::string& profile) {
    return {
        "reachable/" + profile, "every rule of the profile is the one that refuses some call",
        [profile](RuleProof& proof) {
            const RuleTable& table = proof.table();
            const CallTerms call = proof.call_judged_by(profile);
            for (const RuleId id : refusing_rules(table, profile)) {
                std::vector<Part> parts{{"the verdict is " + name_of(id), verdict_of(table, call).by(id)}};
                for (const RuleRow& row : table.rows) {
                    parts.push_back(row.id == id
                                        ? Part{row.name + " refuses", row.refuses(call)}
                                        : Part{row.name + " does not refuse before it", !row.refuses(call)});
                    if (row.id == id) break;
                }
                proof.exists("a call that " + name_of(id) + " decides", parts);
            }
        }};
}

RuleTheorem independent_in(const std::string& profile) {
    return {
        "independent/" + profile, "no rule's condition follows from the others: each refuses a call alone",
        [profile](RuleProof& proof) {
            const RuleTable& table = proof.table();
            const CallTerms call = proof.call_judged_by(profile);
            for (const RuleId id : refusing_rules(table, profile)) {
                std::vector<Part> parts;
                for (const RuleRow& row : table.rows)
                    parts.push_back(row.id == id ? Part{row.name + " refuses", row.refuses(call)}
                                                 : Part{row.name + " does not refuse", !row.refuses(call)});
                proof.check("the table has a row " + name_of(id), table.find(id) != nullptr);
                proof.exists("a call that only " + name_of(id) + " refuses", parts);
            }
        }};
}

} // namespace

std::vector<RuleTheorem> reachable_theorems() {
    return {reachable_in("linux-2.6.33"), reachable_in("default"), independent_in("linux-2.6.33"),
            independent_in("default")};
}

} // namespace forkproof::proofs
