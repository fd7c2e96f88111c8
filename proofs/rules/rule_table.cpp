#include "proofs/rules/rule_table.hpp"
#include <algorithm>

namespace forkproof::proofs {

z3::expr RuleRow::refuses(const CallTerms& call) const {
    if (kind == RuleKind::effect) return call.z3().bool_val(false);
    return call.rule_in_force(id) && holds(call);
}

const RuleRow* RuleTable::find(RuleId id) const {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const RuleRow& r) { return r.id == id; });
    return row == rows.end() ? nullptr : &*row;
}

RuleSet RuleTable::profile(const std::string& name) const {
    for (const Profile& p : profiles)
        if (name == p.name) return p.rules;
    return RuleSet();
}

RuleTable shipped_rule_table() {
    RuleTable table;
    std::apply(
        [&](const auto&... r) {
            (table.rows.push_back({r.id, r.name, r.kind, r.errno_value,
                                   [c = r.condition](const TermView& v) { return c(v); }}),
             ...);
        },
        rules);
    table.profiles.assign(std::begin(profiles), std::end(profiles));
    return table;
}

z3::expr TermVerdict::by_any(std::initializer_list<RuleId> ids) const {
    z3::expr any = refused_by.ctx().bool_val(false);
    for (const RuleId id : ids) any = any || by(id);
    return any;
}

TermVerdict verdict_of(const RuleTable& table, const CallTerms& call) {
    z3::context& z3 = call.z3();
    TermVerdict answer{z3.bv_val(static_cast<int>(RuleId::none), 8), z3.bv_val(0, 32)};
    // from the last row to the first, so that the first stands outermost
    for (auto row = table.rows.rbegin(); row != table.rows.rend(); ++row) {
        const z3::expr refuses = row->refuses(call);
        const z3::expr error = row->kind == RuleKind::policy
                                   ? call.security_errno
                                   : z3.bv_val(static_cast<int>(row->errno_value), 32);
        answer.refused_by = z3::ite(refuses, z3.bv_val(static_cast<int>(row->id), 8), answer.refused_by);
        answer.error = z3::ite(refuses, error, answer.error);
    }
    return answer;
}

} // namespace forkproof::proofs
