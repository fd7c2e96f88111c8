#include "proofs/machine/executor.hpp"
#include "proofs/machine/merge.hpp"
#include "proofs/machine/semantics.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

Word argument(const State& state, unsigned n) {
    return state.load(state.get(Reg::esp) + word32(4 + 4 * n), 4);
}

namespace {

/// What a call may leave changed: ecx, edx, and all flags but DF.
void clobber(State& state) {
    state.set(Reg::ecx, state.unknown("ecx after a call", 32));
    state.set(Reg::edx, state.unknown("edx after a call", 32));
    for (const Flag f : {Flag::cf, Flag::pf, Flag::af, Flag::zf, Flag::sf, Flag::of})
        state.flags.set_undefined(f);
}

constexpr Reg callee_saved[] = {Reg::ebx, Reg::esi, Reg::edi, Reg::ebp};
constexpr const char* callee_saved_names[] = {"ebx", "esi", "edi", "ebp"};

} // namespace

void returns(State& state, const Word& value) {
    clobber(state);
    state.set(Reg::eax, value);
    state.leave(0);
}

void returns_nothing(State& state) { returns(state, state.unknown("eax after a call", 32)); }

void Executor::step(State& state) {
    if (const auto found = contracts_.find(state.ip); found != contracts_.end()) return found->second(state);
    if (!decoder_.is_code(state.ip))
        throw Violation(fmt::format("goes on at {:#x}, where no code is", state.ip));
    reached_.insert(state.ip);
    execute(state, decoder_.at(state.ip));
}

std::vector<State> Executor::divide(const State& state, const z3::expr& on) {
    std::vector<State> result;
    if (on.is_bool()) {
        const bool may_hold = solver_.may_be_satisfiable(state.conditions(), on);
        const bool may_fail = !may_hold || solver_.may_be_satisfiable(state.conditions(), !on);
        for (const bool value : {true, false}) {
            if (!(value ? may_hold : may_fail)) continue;
            State next = state;
            next.learn(on, value);
            next.divided = true;
            if (may_hold && may_fail) next.assume(value ? on : !on);
            result.push_back(std::move(next));
        }
        return result;
    }
    std::vector<z3::expr> conditions = state.conditions();
    while (solver_.satisfiable(conditions)) {
        if (result.size() == limits.values)
            throw Violation(fmt::format(
                "a pointer or count may have more than {} values here: nothing bounds it", limits.values));
        std::uint64_t value = 0;
        if (!solver_.model().eval(on, true).is_numeral_u64(value))
            throw CannotTell("Z3's model names no value");
        const z3::expr number = state.z3().bv_val(value, on.get_sort().bv_size());
        State next = state;
        next.learn(on, value);
        next.divided = true;
        next.assume(on == number);
        result.push_back(std::move(next));
        conditions.push_back(on != number);
    }
    return result;
}

bool Executor::at_end(const State& state) const {
    if (state.ip == RETURN_TO_NOBODY) return true;
    // A run may begin where it is to stop: at the head of a loop, to come there again.
    return stops_.contains(state.ip) && state.steps != 0 && !state.divided;
}

void Executor::advance(State& state, std::vector<State>& open) {
    if (++state.steps > limits.steps)
        throw Violation(fmt::format("does not come to an end within {} instructions", limits.steps));
    if (const auto watch = watches_.find(state.ip); watch != watches_.end()) watch->second(state);
    try {
        if (contracts_.contains(state.ip)) {
            State next = state; // a contract may have changed the state before it divides
            step(next);
            state = std::move(next);
        } else {
            step(state);
        }
        state.divided = false;
    } catch (const Fork& fork) {
        std::vector<State> next = divide(state, fork.on);
        if (next.empty()) throw CannotTell("a path that nothing satisfies");
        state = std::move(next.back());
        next.pop_back();
        for (State& s : next) open.push_back(std::move(s));
    }
}

const Flow& Executor::flow(std::uint32_t function) {
    const auto found = flows_.find(function);
    return found != flows_.end() ? found->second
                                 : flows_.emplace(function, flow_of(decoder_, function)).first->second;
}

void Executor::advance_to_meeting(State& state, std::vector<State>& open) {
    while (!at_end(state)) {
        const std::size_t depth = state.calls.size();
        const std::uint32_t function = depth != 0 ? state.calls.back().function : 0;
        const std::size_t others = open.size();
        do advance(state, open);
        while (state.divided);
        const bool returned = state.calls.size() < depth;
        if (merging_ == Merging::returns && returned && merged_.contains(function)) return;
        if (merging_ != Merging::everywhere) continue;
        if (open.size() != others || returned) return; // others may come to where this one is going
        if (!state.calls.empty() && flow(state.calls.back().function).joins.contains(state.ip)) return;
    }
}

std::size_t Executor::first_of(const std::vector<State>& open) {
    if (merging_ == Merging::never) return open.size() - 1;
    // The innermost calls first: the others wait where these will return to. In one function what comes
    // first.
    auto rank = [&](const State& s) {
        unsigned place =
            s.divided ? 0 : 1; // who has only just divided has still to come to where others wait
        if (merging_ == Merging::everywhere && !s.calls.empty()) {
            const Flow& f = flow(s.calls.back().function);
            if (const auto found = f.order.find(s.ip); found != f.order.end()) place = found->second;
        }
        return std::pair(~s.calls.size(), place);
    };
    std::size_t best = open.size() - 1;
    for (std::size_t i = open.size() - 1; i-- > 0;)
        if (rank(open[i]) < rank(open[best])) best = i;
    return best;
}

/// Whether what the functions have just returned may be of one class: an errno and another, or none, never
/// are.
bool Executor::same_result(const State& a, const State& b, bool at_end) const {
    const Word &x = a.get(Reg::eax), &y = b.get(Reg::eax);
    if (at_end && a.ip != RETURN_TO_NOBODY) return false; // no result to tell them apart by
    if (x.known() != y.known())
        return !at_end; // in the midst it may be left over from a function without a result
    return !x.known() || x.value() == y.value();
}

void Executor::put(State state, std::vector<State>& to) {
    if (merging_ == Merging::everywhere)
        for (State& other : to)
            if (can_merge(other, state)) {
                other = merge(other, state, true);
                return;
            }
    to.push_back(std::move(state));
}

namespace {

/// Makes one of ways that may be one, those first that have parted last: so their conditions cancel each
/// other. They stand in the order in which they came, siblings side by side.
State meet(std::vector<State> ways) {
    std::vector<std::size_t> shared; // of each with the next
    for (std::size_t i = 0; i + 1 < ways.size(); i++)
        shared.push_back(shared_conditions(ways[i], ways[i + 1]));
    while (ways.size() > 1) {
        const auto last = std::max_element(shared.begin(), shared.end());
        const auto i = static_cast<std::size_t>(last - shared.begin());
        std::vector<State> kept;
        for (std::size_t n = 0; n < ways.size(); n++)
            if (n == i)
                kept.push_back(merge(ways[i], ways[i + 1]));
            else if (n != i + 1)
                kept.push_back(std::move(ways[n]));
        ways.swap(kept);
        shared.erase(last);
        for (const std::size_t n : {i, i + 1}) // the neighbours of the new one
            if (n != 0 && n < ways.size()) shared[n - 1] = shared_conditions(ways[n - 1], ways[n]);
    }
    return std::move(ways.front());
}

/// Takes out of `from` the first way, or that at `n`, and all that may be one with it.
std::vector<State> take_alike(std::vector<State>& from, std::size_t n,
                              const std::function<bool(const State&, const State&)>& alike) {
    std::vector<State> taken, left;
    const State chosen = from[n];
    for (std::size_t i = 0; i < from.size(); i++)
        (i == n || alike(chosen, from[i]) ? taken : left).push_back(std::move(from[i]));
    from.swap(left);
    return taken;
}

} // namespace

std::vector<Path> Executor::run(State start) {
    std::vector<Path> ended;
    std::vector<State> open, arrived;
    open.push_back(std::move(start));
    while (!open.empty()) {
        if (ended.size() + open.size() > limits.paths)
            throw CannotTell(fmt::format("more than {} paths", limits.paths));
        const std::size_t next = first_of(open);
        auto alike = [this](const State& a, const State& b) {
            return merging_ == Merging::returns && can_merge(a, b) && same_result(a, b, false);
        };
        State state = meet(take_alike(open, next, alike));
        try {
            advance_to_meeting(state, open);
            std::vector<State>& to = at_end(state) ? arrived : open;
            put(std::move(state), to);
        } catch (const Violation& violation) {
            ended.push_back({std::move(state), Ending::violation, violation.what()});
            if (limits.first_violation_ends) return ended;
        }
    }
    auto alike = [this](const State& a, const State& b) {
        return merging_ == Merging::returns && can_merge(a, b) && same_result(a, b, true);
    };
    while (!arrived.empty()) ended.push_back({meet(take_alike(arrived, 0, alike)), Ending::returned, ""});
    return ended;
}

std::vector<Path> Executor::call(State start, std::uint32_t function, const std::vector<Word>& arguments) {
    for (std::size_t i = arguments.size(); i-- > 0;) start.push(arguments[i]);
    start.ip = function;
    const State before = start;
    start.enter(function, RETURN_TO_NOBODY);
    std::vector<Path> paths = run(std::move(start));
    for (Path& path : paths) {
        if (path.ending != Ending::returned || path.state.ip != RETURN_TO_NOBODY) continue;
        for (std::size_t i = 0; i < std::size(callee_saved); i++)
            if (!path.state.get(callee_saved[i]).same(before.get(callee_saved[i]))) {
                path.ending = Ending::violation;
                path.why =
                    fmt::format("returns with another {} than it was called with", callee_saved_names[i]);
            }
        if (!path.state.flags.get(Flag::df).known() || path.state.flags.get(Flag::df).value()) {
            path.ending = Ending::violation;
            path.why = "returns with the direction flag set";
        }
    }
    return paths;
}

} // namespace forkproof::proofs
