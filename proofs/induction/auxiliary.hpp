// What the induction needs besides the invariants that have names in reports: facts that nobody would doubt,
// in the same form, and proved in the same way.
#pragma once
#include "invariants/predicates.hpp"

namespace forkproof::proofs::induction {

// clang-format off
inline constexpr auto auxiliary_invariants = std::tuple{
    Invariant{"whole", "a task has a signal_struct, handlers, a pid namespace; fs, namespaces and, unless it is the kernel's own, memory until it exits", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.is_whole(a); }); }},
    Invariant{"numbers", "no two tasks have one number in the first pid namespace", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.pid(); }, [](auto a) { return a; }) &&
                            s.all([s](auto a) { return s.less(s.nought(), a.pid()); }); }},
    Invariant{"born", "every task is younger than the clock, and init's process is the oldest", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.less(a.age(), s.clock()) && s.less(s.nought(), a.age()) &&
                   !s.less(a.leader().age(), s.first().leader().age()); }); }},
    Invariant{"reaper-older", "nobody in a pid namespace is older than who takes the orphans there", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return !s.less(a.leader().age(), a.reaper().leader().age()); }); }},
    Invariant{"one-parent", "the threads of a group have one task as parent", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.same(a.parent(), a.leader().parent()); }); }},
    Invariant{"dying", "a zombie is dying, and waits for no vfork child", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.is_zombie(), a.is_dying() && !a.is_asleep()); }); }},
    Invariant{"vfork-one", "a task waits for one vfork child at most", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.vfork_waiter(); }, [](auto a) { return a; }); }},
    Invariant{"root-trusted", "uid 0 is in a namespace that privilege made, or was given by privilege", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(a.is_root(), a.is_entitled() || a.user_ns_is_trusted()); }); }},
    Invariant{"ns-made", "every namespace in use was made by privilege", MidCall::yes,
        [](auto s) { return s.all([](auto a) { return a.namespaces_are_trusted(); }); }},
};
// clang-format on

} // namespace forkproof::proofs::induction
