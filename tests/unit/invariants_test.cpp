// Each invariant against a state that is made to break it and only it, and a good state that satisfies them
// all.
#include "invariants/privilege.hpp"
#include "invariants/rules.hpp"
#include "tests/unit/state_view.hpp"
#include <functional>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace forkproof::tests {
namespace {

using namespace plain;

std::vector<std::string> broken(const State& state) {
    std::vector<std::string> names;
    auto judge = [&](const auto& row) {
        if (!row.holds(StateView{&state})) names.emplace_back(row.name);
    };
    std::apply([&](const auto&... row) { (judge(row), ...); }, invariants);
    return names;
}

struct Breach {
    const char* invariant;
    const char* how;
    std::function<void(GoodState&)> make;
};

/// A change of what tasks hold, after which counts and lists are made right again.
std::function<void(GoodState&)> settled(std::function<void(GoodState&)> change) {
    return [change = std::move(change)](GoodState& s) {
        change(s);
        s.settle();
    };
}

const std::vector<Breach> breaches{
    {"boot", "a thread of init takes the orphans instead of it",
     [](GoodState& s) { s.first_pid_ns->reaper = s.init_thread; }},
    {"leader", "a thread has another group's number", [](GoodState& s) { s.shell_thread->tgid = 99; }},
    {"listed", "a task exists that is not listed", [](GoodState& s) { s.make(s.living); }},
    {"zombie-leader", "a thread waits to be reaped", settled([](GoodState& s) {
         s.shell_thread->doing = Doing::zombie;
         s.shell_thread->exiting = true;
     })},
    {"children", "a child is in nobody's list", [](GoodState& s) { s.shell->children.pop_back(); }},
    {"children", "a child is in two lists",
     [](GoodState& s) { s.realtime->children.push_back(s.shell->children.back()); }},
    {"children", "a thread is in a list of children",
     [](GoodState& s) { s.init->children.push_back(s.shell_thread); }},
    {"children", "a child is in its parent's list twice",
     [](GoodState& s) { s.shell->children.push_back(s.shell->children.back()); }},
    {"group-signal", "a thread has a signal_struct of its own",
     settled([](GoodState& s) { s.shell_thread->signal = s.make(s.signals); })},
    {"group-sighand", "a thread has handlers of its own",
     settled([](GoodState& s) { s.shell_thread->sighand = s.make(s.sighands); })},
    {"sighand-mm", "two processes share handlers and not memory",
     settled([](GoodState& s) { s.realtime->sighand = s.late->sighand; })},
    {"handler-mm", "a handler lies in another process's memory",
     [](GoodState& s) { s.inner->handler_mm = s.shell->mm; }},
    {"group-parent", "a thread has a parent of its own",
     settled([](GoodState& s) { s.shell_thread->parent = s.realtime; })},
    {"group-userns", "a thread is in a user namespace of its own", settled([](GoodState& s) {
         s.shell_thread->user = s.make(s.users);
         s.shell_thread->user->user_ns = s.make(s.user_namespaces);
     })},
    {"group-pidns", "threads of two processes are in a pid namespace that their leaders are not in",
     settled([](GoodState& s) {
         PidNs* own = s.make(s.pid_namespaces);
         own->parent = s.first_pid_ns;
         own->reaper = s.inner_thread->parent = s.ns_init_thread;
         s.inner_thread->pid_ns = s.ns_init_thread->pid_ns = own;
         s.ns_init_thread->numbers[own] = 1;
         s.inner_thread->numbers[own] = 2;
     })},
    {"fs-mnt", "the root is in another mount namespace",
     settled([](GoodState& s) { s.inner->fs->root = s.make(s.mnt_namespaces); })},
    {"fs-mnt", "the working directory is in another mount namespace",
     settled([](GoodState& s) { s.inner->fs->pwd = s.make(s.mnt_namespaces); })},
    {"undo-ipc", "an undo list speaks of another ipc namespace",
     settled([](GoodState& s) { s.inner->undo->ipc_ns = s.make(s.ipc_namespaces); })},
    {"fs-userns", "root and cwd are shared across user namespaces", settled([](GoodState& s) {
         s.realtime->user = s.make(s.users);
         s.realtime->user->user_ns = s.make(s.user_namespaces);
     })},
    {"one-root", "a parent is outside the namespace of its child, which is no init",
     settled([](GoodState& s) { s.inner->parent = s.inner_thread->parent = s.shell; })},
    {"nesting", "the parent of a namespace's init is not in the enclosing namespace",
     settled([](GoodState& s) { s.nested->parent = s.make(s.pid_namespaces); })},
    {"reaper", "who takes a namespace's orphans is dead, though its group is not", settled([](GoodState& s) {
         s.ns_init->doing = Doing::zombie;
         s.inner->parent = s.inner_thread->parent = s.ns_init_thread;
     })},
    {"reapable", "a parent is a zombie", settled([](GoodState& s) {
         s.late->parent = s.zombie;
         s.late->exit_signal_chooser = s.zombie->age;
     })},
    {"older", "a child is as old as its parent", [](GoodState& s) { s.late->age = s.shell->age; }},
    {"unkillable", "a process that is no init is unkillable",
     [](GoodState& s) { s.late->signal->unkillable = true; }},
    {"unkillable", "the init of a namespace can be killed",
     [](GoodState& s) { s.ns_init->signal->unkillable = false; }},
    {"nproc-count", "a user's count has one too many", [](GoodState& s) { s.init->user->processes++; }},
    {"nproc-count", "a user's count has one too few", [](GoodState& s) { s.init->user->processes--; }},
    {"thread-count", "nr_threads has one too many", [](GoodState& s) { s.nr_threads++; }},
    {"thread-count", "process_counts has one too few", [](GoodState& s) { s.process_counts--; }},
    {"signal-live", "a group counts a thread that has left", [](GoodState& s) { s.shell->signal->live++; }},
    {"exit-signal", "a stranger chose what a parent is told with",
     [](GoodState& s) { s.late->exit_signal_chooser = s.realtime->age; }},
    {"sched", "a real-time task without a real-time priority",
     [](GoodState& s) { s.realtime->rt_prio = false; }},
    {"sched", "a real-time priority without the policy", [](GoodState& s) { s.late->rt_prio = true; }},
    {"exec-decision", "another process shares fs while an exec decides",
     [](GoodState& s) { s.shell->fs->in_exec = true; }},
    {"counts", "a count has one too many", [](GoodState& s) { s.shell->sighand->count++; }},
    {"counts", "a count has one too few", [](GoodState& s) { s.nested->count--; }},
    {"no-dangling", "a task points to a freed undo list", [](GoodState& s) { s.inner->undo->freed = true; }},
    {"frame-counts", "a frame counts a mapping that is gone", [](GoodState& s) { s.frame_counts[101]++; }},
    {"frame-counts", "a frame is in use that nobody maps", [](GoodState& s) { s.frame_counts[7] = 1; }},
    {"cow", "a shared page is writable in one of two address spaces",
     [](GoodState& s) { s.late->mm->pages[1].writable = true; }},
    {"pids-unique", "two tasks have one number",
     [](GoodState& s) { s.late->numbers[s.first_pid_ns] = s.shell->pid; }},
    {"vfork", "a vfork parent runs before its time", [](GoodState& s) { s.shell->doing = Doing::sleeps; }},
    {"vfork", "a vforked child has given up the memory and its parent still waits",
     settled([](GoodState& s) { s.vforked->mm = s.make(s.mms); })},
    {"runqueue", "a runnable task is not queued",
     [](GoodState& s) {
         s.runqueue.pop_back();
         s.nr_running--;
     }},
    {"runqueue", "a sleeping task is queued", [](GoodState& s) { s.late->doing = Doing::sleeps; }},
    {"runqueue", "a task is queued twice",
     [](GoodState& s) {
         s.runqueue.push_back(s.late);
         s.nr_running++;
     }},
    {"runqueue", "the queue is counted wrongly", [](GoodState& s) { s.nr_running++; }},
};

std::string words(const std::vector<std::string>& names) {
    std::ostringstream text;
    for (const std::string& name : names) text << name << " ";
    return text.str();
}

TEST(Invariants, AllHoldInAGoodState) { EXPECT_EQ(words(broken(GoodState())), ""); }

TEST(Invariants, EachBreachBreaksItsInvariantAndOnlyIt) {
    for (const Breach& breach : breaches) {
        GoodState state;
        breach.make(state);
        EXPECT_EQ(words(broken(state)), std::string(breach.invariant) + " ") << breach.how;
    }
}

TEST(Invariants, EachHasABreach) {
    std::set<std::string> have;
    for (const Breach& breach : breaches) have.insert(breach.invariant);
    auto check = [&](const auto& row) {
        EXPECT_TRUE(have.contains(row.name)) << row.name << " is never broken";
    };
    std::apply([&](const auto&... row) { (check(row), ...); }, invariants);
}

TEST(Invariants, NamesAreUniqueAndSentencesSaySomething) {
    std::set<std::string> names;
    auto check = [&](const auto& row) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_GT(std::string(row.sentence).size(), 20U) << row.name;
    };
    std::apply([&](const auto&... row) { (check(row), ...); }, invariants);
    EXPECT_EQ(names.size(), static_cast<std::size_t>(INVARIANT_COUNT));
}

TEST(Invariants, WhatRulesGuardHasAName) {
    std::set<std::string> known;
    std::apply([&](const auto&... row) { (known.insert(row.name), ...); }, checked_invariants);
    for (const StepProperty& property : step_properties) known.insert(property.name);
    for (const RuleText& rule : rule_texts.row) {
        std::istringstream guards(rule.guards);
        for (std::string name; guards >> name;)
            EXPECT_TRUE(known.contains(name)) << rule.name << ": " << name;
    }
}

} // namespace
} // namespace forkproof::tests
