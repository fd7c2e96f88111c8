// The induction notices a rule that is missing, and what the model leaves out is known by name.
#include "proofs/induction/theorems.hpp"
#include <gtest/gtest.h>

namespace forkproof::proofs::induction {
namespace {

const TransitionRow& row_of(const std::string& name) {
    for (const TransitionRow& row : transitions)
        if (name == row.name) return row;
    throw std::logic_error("no such transition");
}

const InvariantRow& invariant(const std::string& name) {
    for (const InvariantRow& row : modelled_invariants())
        if (name == row.name) return row;
    throw std::logic_error("no such invariant");
}

Outcome after_clone(const std::string& name, RuleSet in_force) {
    const RuleTable table = shipped_rule_table();
    return keeps(row_of("clone"), invariant(name), Law{&table, in_force}).outcome;
}

struct Guard {
    RuleId rule;
    const char* invariant;
};

TEST(Induction, CloneWithoutARuleBreaksWhatTheRuleGuards) {
    const Guard guards[] = {
        {RuleId::newuser_thread, "group-userns"},
        {RuleId::newns_fs, "fs-mnt"},
        {RuleId::newuser_fs, "fs-userns"},
        {RuleId::thread_sighand, "group-sighand"},
        {RuleId::sighand_vm, "handler-mm"},
        {RuleId::sighand_vm, "sighand-mm"},
        {RuleId::parent_init, "one-root"},
        {RuleId::fs_in_exec, "exec-decision"},
        {RuleId::newipc_sysvsem, "undo-ipc"},
        {RuleId::newpid_thread, "group-pidns"},
        {RuleId::parent_exit_signal, "exit-signal"},
        {RuleId::reset_on_fork, "sched"},
        {RuleId::new_caps, "ns-made"},
        {RuleId::newuser_caps, "root-trusted"},
    };
    for (const Guard& g : guards) {
        EXPECT_EQ(after_clone(g.invariant, profile_default), Outcome::proved) << g.invariant;
        EXPECT_EQ(after_clone(g.invariant, profile_default.without(g.rule)), Outcome::refuted) << g.invariant;
    }
}

TEST(Induction, NewpidParentIsNeededByNothing) {
    for (const InvariantRow& row : modelled_invariants())
        EXPECT_EQ(after_clone(row.name, profile_default.without(RuleId::newpid_parent)), Outcome::proved)
            << row.name;
    EXPECT_EQ(
        after_clone("nesting", profile_default.without(RuleId::newpid_parent).without(RuleId::parent_init)),
        Outcome::refuted);
}

TEST(Induction, AWeakenedConditionIsNoticed) {
    RuleTable table = shipped_rule_table();
    for (RuleRow& row : table.rows)
        if (row.id == RuleId::newns_fs)
            row.condition = [](const TermView& c) {
                return c.has(CLONE_NEWNS) && c.has(CLONE_FS) && c.has(CLONE_VM);
            };
    EXPECT_EQ(keeps(row_of("clone"), invariant("fs-mnt"), Law{&table, profile_default}).outcome,
              Outcome::refuted);
}

TEST(Induction, ARuleThatRefusesEverythingIsNoProof) {
    RuleTable table = shipped_rule_table();
    table.rows.front().condition = [](const TermView& c) { return c.call->z3().bool_val(true); };
    const Law law{&table, profile_default};
    EXPECT_EQ(is_possible(row_of("clone"), law).outcome, Outcome::vacuous);
    EXPECT_EQ(keeps(row_of("clone"), invariant("fs-mnt"), law).outcome, Outcome::vacuous);
}

TEST(Induction, WhatIsUsedIsSaid) {
    const RuleTable table = shipped_rule_table();
    const TheoremReport report = keeps(row_of("clone"), invariant("fs-mnt"), Law{&table, profile_default});
    ASSERT_FALSE(report.log.empty());
    EXPECT_NE(report.log.back().find("fs-mnt"), std::string::npos) << report.log.back();
}

TEST(Induction, LeavesOutWhatTheModelDoesNotSpeakOf) {
    std::vector<std::string> names;
    for (const LeftOut& row : invariants_left_out()) names.push_back(row.name);
    const std::vector<std::string> expected{"listed", "frame-counts", "cow", "pids-unique", "runqueue"};
    EXPECT_EQ(names, expected);
}

} // namespace
} // namespace forkproof::proofs::induction
