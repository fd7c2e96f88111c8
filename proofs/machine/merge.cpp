#include "proofs/machine/merge.hpp"
#include <algorithm>

namespace forkproof::proofs {

std::size_t shared_conditions(const State& a, const State& b) {
    const std::vector<z3::expr>&x = a.conditions(), &y = b.conditions();
    std::size_t common = 0;
    while (common < x.size() && common < y.size() && z3::eq(x[common], y[common])) common++;
    return common;
}

bool can_merge(const State& a, const State& b) {
    if (a.divided || b.divided || a.ring3 || b.ring3 || a.mark != b.mark) return false;
    if (a.ip != b.ip || a.calls.size() != b.calls.size() || !a.get(Reg::esp).same(b.get(Reg::esp)))
        return false;
    for (std::size_t i = 0; i < a.calls.size(); i++)
        if (a.calls[i].return_address != b.calls[i].return_address || a.calls[i].esp != b.calls[i].esp)
            return false;
    for (int s = 0; s < 6; s++)
        if (!a.get(static_cast<Seg>(s)).same(b.get(static_cast<Seg>(s)))) return false;
    for (const auto& [address, block] : a.memory.blocks)
        if (const auto found = b.memory.blocks.find(address);
            found != b.memory.blocks.end() &&
            (found->second.kind != block.kind || found->second.fresh != block.fresh))
            return false;
    // Of these two there is one value; the other flags become undefined.
    for (const Flag f : {Flag::df, Flag::interrupt}) {
        if (!a.flags.defined(f) || !b.flags.defined(f)) return false;
        const Truth x = a.flags.get(f), y = b.flags.get(f);
        if (!x.known() || !y.known() || x.value() != y.value()) return false;
    }
    return true;
}

namespace {

/// The conditions from `from` on, together.
Truth all_of(const std::vector<z3::expr>& conditions, std::size_t from) {
    Truth all = true;
    for (std::size_t i = from; i < conditions.size(); i++) all = all && Truth(conditions[i]);
    return all;
}

/// x == 1 and x == 2, or x and !x: seen by their looks, so false says nothing.
bool exclude_each_other(const z3::expr& x, const z3::expr& y) {
    const Truth both = Truth(x) && Truth(y);
    if (both.known()) return !both.value();
    auto is_value = [](const z3::expr& e) {
        return e.is_app() && e.decl().decl_kind() == Z3_OP_EQ && e.arg(1).is_numeral();
    };
    return is_value(x) && is_value(y) && z3::eq(x.arg(0), y.arg(0)) && !z3::eq(x.arg(1), y.arg(1));
}

Truth choose(const Truth& which, const Truth& a, const Truth& b) {
    if (a.known() && b.known() && a.value() == b.value()) return a;
    return (which && a) || (!which && b);
}

void merge_memory(const Truth& is_a, State& result, const State& a, const State& b) {
    std::map<std::uint32_t, std::uint32_t> written; // and by which instruction
    for (const auto& [address, w] : a.memory.written()) written[address] = w.by;
    for (const auto& [address, w] : b.memory.written()) written[address] = w.by;
    for (const auto& [address, by] : written) {
        const Word x = a.memory.peek(address, 4), y = b.memory.peek(address, 4);
        result.memory.poke(address, ite(is_a, x, y), by);
    }
    // A fresh object that one path lacks is dead there; a freed one that the other has not freed is alive.
    auto alive_in = [](const State& s, std::uint32_t address, bool fresh) {
        const auto found = s.memory.blocks.find(address);
        return found != s.memory.blocks.end() ? found->second.alive : Truth(!fresh);
    };
    for (const State* s : {&a, &b})
        for (const auto& [address, block] : s->memory.blocks)
            result.memory.blocks.insert_or_assign(address, block);
    for (auto& [address, block] : result.memory.blocks)
        block.alive = choose(is_a, alive_in(a, address, block.fresh), alive_in(b, address, block.fresh));
}

} // namespace

State merge(const State& a, const State& b, bool with_flags) {
    const std::vector<z3::expr>&x = a.conditions(), &y = b.conditions();
    const std::size_t common = shared_conditions(a, b);
    const Truth all_of_a = all_of(x, common), all_of_b = all_of(y, common);
    // Where they parted at one question, its answer tells them apart; else everything that a has assumed
    // since.
    const bool one_question =
        common < x.size() && common < y.size() && exclude_each_other(x[common], y[common]);
    const Truth is_a = one_question ? Truth(x[common]) : all_of_a;

    State result = a;
    merge_memory(is_a, result, a, b);
    for (int r = 0; r < 8; r++) {
        const auto reg = static_cast<Reg>(r);
        result.set(reg, ite(is_a, a.get(reg), b.get(reg)));
    }
    for (const Flag f : {Flag::cf, Flag::pf, Flag::af, Flag::zf, Flag::sf, Flag::of})
        if (with_flags && a.flags.defined(f) && b.flags.defined(f))
            result.flags.set(f, choose(is_a, a.flags.get(f), b.flags.get(f)));
        else
            result.flags.set_undefined(f);
    result.keep_conditions(common);
    result.assume((all_of_a || all_of_b).expr(a.z3()));
    result.keep_facts_of(b);
    result.note(Event::Kind::note, a.ip, 0, MERGED);
    result.steps = std::max(a.steps, b.steps);
    result.names = std::max(a.names, b.names);
    result.lowest_esp = std::min(a.lowest_esp, b.lowest_esp);
    return result;
}

} // namespace forkproof::proofs
