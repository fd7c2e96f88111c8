#include "tests/unit/rule_mutants.hpp"
#include <array>
#include <utility>

namespace forkproof::tests {

using proofs::CallTerms;

const std::vector<Atom>& atoms() {
    static const std::vector<Atom> all = [] {
        std::vector<Atom> made;
        for (const std::uint32_t bit : twelve_flags)
            for (const FlagName& flag : flag_names)
                if (flag.bit == bit) made.push_back({flag.name, bit, nullptr, nullptr});
        for (const proofs::ContextField& field : proofs::context_fields)
            made.push_back({field.name, 0, field.plain, field.term});
        made.push_back({"reset_on_fork", 0, nullptr, &CallTerms::reset_on_fork});
        return made;
    }();
    return all;
}

std::vector<RuleMutant> mutants_of(RuleId rule) {
    std::vector<RuleMutant> all;
    for (const Atom& atom : atoms())
        for (const Change change : changes) all.push_back({rule, change, &atom});
    return all;
}

std::string RuleMutant::name() const {
    const char* words[] = {"also needs", "also needs that not", "or if", "whether or not", "as if not"};
    return std::string(rule_texts[rule].name) + " " + words[static_cast<int>(change)] + " " + atom->name;
}

namespace {

using Condition = bool (*)(std::uint32_t, const VerdictContext&);
/// The conditions of the table, by RuleId: asked some hundred million times.
template <std::size_t... N>
constexpr std::array<Condition, RULE_COUNT> conditions_of(std::index_sequence<N...>) {
    static_assert(((std::get<N>(rules).id == static_cast<RuleId>(N)) && ...));
    return {[](std::uint32_t flags, const VerdictContext& c) {
        return std::get<N>(rules).condition(PlainView{flags, c});
    }...};
}
constexpr auto conditions = conditions_of(std::make_index_sequence<RULE_COUNT>());

} // namespace

bool condition_holds(RuleId rule, std::uint32_t flags, const VerdictContext& context) {
    return conditions[static_cast<std::size_t>(rule)](flags, context);
}

z3::expr condition_holds(RuleId rule, const CallTerms& call) {
    static const proofs::RuleTable table = proofs::shipped_rule_table();
    return table.find(rule)->holds(call);
}

bool RuleMutant::holds(std::uint32_t flags, const VerdictContext& context) const {
    const bool was = condition_holds(rule, flags, context), also = atom->of(flags, context);
    if (change == Change::also_needs) return was && also;
    if (change == Change::also_needs_not) return was && !also;
    if (change == Change::or_if) return was || also;
    const bool on = change == Change::whether_or_not;
    if (atom->flag) return condition_holds(rule, on ? flags | atom->flag : flags & ~atom->flag, context);
    VerdictContext other = context;
    if (atom->plain) other.*atom->plain = on;
    return condition_holds(rule, flags, other);
}

z3::expr RuleMutant::holds(const CallTerms& call) const {
    const z3::expr was = condition_holds(rule, call), also = atom->of(call);
    if (change == Change::also_needs) return was && also;
    if (change == Change::also_needs_not) return was && !also;
    if (change == Change::or_if) return was || also;
    z3::context& z3 = call.z3();
    const bool on = change == Change::whether_or_not;
    CallTerms other = call;
    if (atom->flag)
        other.flags = on ? call.flags | z3.bv_val(atom->flag, 32) : call.flags & z3.bv_val(~atom->flag, 32);
    else
        other.*atom->term = z3.bool_val(on);
    return condition_holds(rule, other);
}

} // namespace forkproof::tests
