// What the transitions have in common.
#pragma once
#include "proofs/induction/transitions.hpp"

namespace forkproof::proofs::induction {

/// Constants of one transition.
struct Names {
    const State& s;
    std::string suffix;
    [[nodiscard]] z3::expr task(const char* n) const {
        return s.z3->constant((n + suffix).c_str(), s.sorts.task);
    }
    [[nodiscard]] z3::expr object(const char* n) const {
        return s.z3->constant((n + suffix).c_str(), s.sorts.object);
    }
    [[nodiscard]] z3::expr truth(const char* n) const { return s.z3->bool_const((n + suffix).c_str()); }
    [[nodiscard]] z3::expr number(const char* n) const { return s.z3->int_const((n + suffix).c_str()); }
};

/// A transition by a task that can make calls: it lives, runs programs, and waits for no
/// vfork child.
Transition by_caller(const State& before, const Names& names);

/// A count of this kind taken or given back, if `when` holds. What loses its last holder exists no longer.
void take(State& s, const std::string& kind, const z3::expr& object, const z3::expr& when);
void give_back(State& s, const std::string& kind, const z3::expr& object, const z3::expr& when);

/// Makes what is counted by looking (holders, tasks, leaders, a user's tasks, living threads) what it was and
/// the change over the touched tasks. `untouched` says the rest.
void recount(const State& before, Transition& t);

/// Nothing that is counted by looking differs for this task: of every task that is not touched.
z3::expr untouched(const State& before, const State& after, const z3::expr& task);

} // namespace forkproof::proofs::induction
