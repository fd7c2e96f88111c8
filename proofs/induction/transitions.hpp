// What the system calls do to a state, as facts of the kernel (and Linux 2.6.33): each makes a new state, and
// says when it is possible.
#pragma once
#include "proofs/induction/view.hpp"
#include "proofs/rules/rule_table.hpp"
#include <optional>

namespace forkproof::proofs::induction {

struct Transition {
    State after;
    z3::expr who;                  ///< the task that makes the call
    std::vector<z3::expr> tasks;   ///< those whose fields change one by one; the caller first
    std::vector<z3::expr> objects; ///< objects that it speaks of by name
    std::vector<z3::expr> when;    ///< what makes it possible
    /// What must hold of every task for it to be possible, over the state before.
    std::vector<std::function<z3::expr(const TaskTerm&)>> when_all;
    z3::expr flags; ///< of clone: the flag word; else 0
    z3::expr other; ///< the child of clone, whom wait reaps, who lives on after exit; else nobody
    std::vector<std::string> assumes{}; ///< what is left to the reader to believe of the kernel, in words
    std::optional<CallTerms> call{};    ///< of clone: what its verdict saw
    std::vector<z3::expr> fresh{};      ///< constants: objects that nobody has had
};

/// What a transition is judged by.
struct Law {
    const RuleTable* table;
    RuleSet in_force;
};

/// `suffix` keeps the constants of several transitions apart.
using Make = Transition (*)(const State& before, const Law& law, const std::string& suffix);

/// Clone, accepted by the rules in force; the child gets what the sharing table says.
Transition clone(const State& before, const Law& law, const std::string& suffix);
/// A task ends: it gives back what it holds, and its children get a new parent. A zombie if it leads.
Transition exit(const State& before, const Law& law, const std::string& suffix);
/// A zombie whose threads are all gone is reaped by a thread of its parent's.
Transition wait(const State& before, const Law& law, const std::string& suffix);
/// An exec has decided who shares fs, and sleeps while it reads the file.
Transition exec_begin(const State& before, const Law& law, const std::string& suffix);
/// The exec of a task that is alone in its group goes through; the file may be a set-uid one of root's.
Transition exec_commit(const State& before, const Law& law, const std::string& suffix);
/// A privileged task becomes somebody unprivileged in its user namespace.
Transition setuid(const State& before, const Law& law, const std::string& suffix);
/// A privileged task chooses its policy, real-time or not, with or without reset-on-fork.
Transition sched_setscheduler(const State& before, const Law& law, const std::string& suffix);
/// A task sets a handler, an address in its memory; or takes away the last one.
Transition sigaction(const State& before, const Law& law, const std::string& suffix);

struct TransitionRow {
    const char* name;
    const char* call; ///< as reports say it
    Make make;
};
inline constexpr TransitionRow transitions[] = {
    {"clone", "clone", clone},
    {"exit", "exit", exit},
    {"wait", "wait4", wait},
    {"exec-begin", "execve begins", exec_begin},
    {"exec-commit", "execve commits", exec_commit},
    {"setuid", "setuid(nobody)", setuid},
    {"sched", "sched_setscheduler", sched_setscheduler},
    {"sigaction", "sigaction", sigaction},
};

} // namespace forkproof::proofs::induction
