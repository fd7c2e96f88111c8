#include "proofs/induction/transition_parts.hpp"

namespace forkproof::proofs::induction {
namespace {

z3::expr one_if(const z3::expr& truth) {
    z3::context& c = truth.ctx();
    return z3::ite(truth, c.int_val(1), c.int_val(0));
}

/// old(object) and, for each touched task, one more if it holds the object now, one less if it did.
using Holds = std::function<z3::expr(const State&, const z3::expr& task, const z3::expr& object)>;
z3::expr change(const State& before, const State& after, const std::vector<z3::expr>& tasks,
                const Holds& holds, const z3::expr& object) {
    z3::expr sum = object.ctx().int_val(0);
    for (const z3::expr& t : tasks)
        sum = sum + one_if(holds(after, t, object)) - one_if(holds(before, t, object));
    return sum;
}

void count_again(const State& before, Transition& t, Field& field, const Holds& holds) {
    const State after = t.after;
    field.map([=, tasks = t.tasks](const z3::expr& of, const z3::expr& old) {
        return old + change(before, after, tasks, holds, of);
    });
}

} // namespace

Transition by_caller(const State& before, const Names& names) {
    const z3::expr who = names.task("caller");
    Transition t{before, who, {who}, {}, {}, {}, before.z3->bv_val(0, 32), before.sorts.nobody};
    t.when.push_back(before.listed(who) && !before.exiting(who) && !before.zombie(who) &&
                     !before.sleeps(who) && !before.kernel(who));
    return t;
}

void take(State& s, const std::string& kind, const z3::expr& object, const z3::expr& when) {
    State::Kind& k = s.kind(kind);
    k.count.set(object, k.count(object) + one_if(when));
}

void give_back(State& s, const std::string& kind, const z3::expr& object, const z3::expr& when) {
    State::Kind& k = s.kind(kind);
    const z3::expr left = k.count(object) - one_if(when);
    k.count.set(object, left);
    k.exists.set(object, k.exists(object) && !(when && left == 0));
}

void recount(const State& before, Transition& t) {
    State& after = t.after;
    const z3::expr nowhere = before.sorts.nil;
    const State frozen = after; // the fields counted over, not the counts
    t.after.tasks =
        before.tasks + change(
                           before, frozen, t.tasks,
                           [](const State& s, const z3::expr& a, const z3::expr&) { return s.listed(a); },
                           nowhere);
    t.after.leaders = before.leaders + change(
                                           before, frozen, t.tasks,
                                           [](const State& s, const z3::expr& a, const z3::expr&) {
                                               return s.listed(a) && s.leader(a) == a;
                                           },
                                           nowhere);
    count_again(before, t, after.tasks_of, [](const State& s, const z3::expr& a, const z3::expr& user) {
        return s.listed(a) && s.user(a) == user;
    });
    count_again(before, t, after.living, [](const State& s, const z3::expr& a, const z3::expr& signal) {
        return s.listed(a) && !s.exiting(a) && s.signal(a) == signal;
    });
    for (State::Kind& k : after.kinds)
        count_again(before, t, k.holders,
                    [held = k.held](const State& s, const z3::expr& a, const z3::expr& o) {
                        return s.listed(a) && (s.*held)(a) == o;
                    });
}

z3::expr untouched(const State& before, const State& after, const z3::expr& t) {
    z3::expr same = before.listed(t) == after.listed(t) && before.exiting(t) == after.exiting(t) &&
                    before.leader(t) == after.leader(t) && before.user(t) == after.user(t);
    for (const State::Kind& k : before.kinds) same = same && (before.*k.held)(t) == (after.*k.held)(t);
    return same;
}

} // namespace forkproof::proofs::induction
