// The three ways through a ladder - plain numbers, Z3's terms, i386 code - each by itself and against the
// others.
#include "proofs/history/machine_run.hpp"
#include "proofs/history/theorems.hpp"
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using namespace proofs;

PlainLadderCall call_of(const Ladder& ladder, std::uint32_t flags, std::uint32_t brings,
                        const std::string& failing) {
    PlainLadderCall call;
    call.flags = flags;
    call.brings = brings;
    call.context.cap_sys_admin = true;
    call.fails = call.keeps = call.unlucky = std::vector<bool>(ladder.steps.size(), false);
    if (!failing.empty()) call.fails.at(ladder.step(failing)) = true;
    return call;
}

struct Random {
    std::uint32_t state = 0x2633; // xorshift32, the same in every run
    std::uint32_t next() {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^= state << 5;
    }
};

PlainLadderCall any_call(const Ladder& ladder, Random& random) {
    PlainLadderCall call = call_of(ladder, 0, random.next(), "");
    const bool plain = random.next() % 2 == 0; // so that half of them come past the rules
    call.flags = plain ? random.next() & (CLONE_FILES | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWPID |
                                          CLONE_IO | CLONE_SETTLS)
                       : random.next() & random.next();
    if (!plain) call.context.cap_sys_admin = random.next() % 4 != 0;
    call.context.in_exec = random.next() % 8 == 0;
    call.context.nproc_reached = random.next() % 8 == 0;
    for (std::size_t i = 0; i < ladder.steps.size(); i++) {
        call.fails[i] = random.next() % 16 == 0;
        call.keeps[i] = random.next() % 2 == 0;
        call.unlucky[i] = random.next() % 2 == 0;
    }
    return call;
}

TEST(LadderReplay, GivesBackWhatAForkTookInReverse) {
    const Ladder ladder = ladder_of_2_6_33();
    const LadderRun run = run_ladder(ladder, call_of(ladder, 0, HAS_USER_MEMORY, "pid"));
    EXPECT_EQ(run.failed, "pid");
    EXPECT_TRUE(run.left.empty());
    const std::vector<std::string> expected{"exit_task_namespaces", "mmput",      "__cleanup_signal",
                                            "__cleanup_sighand",    "exit_fs",    "exit_files",
                                            "cgroup_exit",          "module_put", "atomic_dec",
                                            "exit_creds",           "free_task"};
    EXPECT_EQ(run.calls, expected);
}

TEST(LadderReplay, LeavesAThreadsSignalsToItsGroup) {
    const Ladder ladder = ladder_of_2_6_33();
    const std::uint32_t thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    const LadderRun run = run_ladder(ladder, call_of(ladder, thread, HAS_USER_MEMORY, "signal-check"));
    EXPECT_TRUE(run.left.empty());
    EXPECT_EQ(std::count(run.calls.begin(), run.calls.end(), "__cleanup_signal"), 0);
}

TEST(LadderReplay, ShowsTheDefects) {
    const Ladder ladder = ladder_of_2_6_33();
    const std::map<std::string, PlainLeft> leaks{{"I/O bitmap", {1, 0, false}},
                                                 {"cgroup directory", {1, 0, false}},
                                                 {"pid namespace", {1, 0, false}},
                                                 {"proc mount", {1, 0, false}},
                                                 {"replaced session keyring", {0, 1, false}}};
    EXPECT_EQ(
        run_ladder(ladder, call_of(ladder, CLONE_NEWPID,
                                   HAS_IO_BITMAP | HAS_REPLACED_KEYRING | NS_CGROUPS_MOUNTED, "signal-check"))
            .left,
        leaks);
}

TEST(LadderReplay, RefusesWhatTheRulesRefuse) {
    const Ladder ladder = ladder_of_2_6_33();
    EXPECT_EQ(run_ladder(ladder, call_of(ladder, CLONE_NEWNS | CLONE_FS, 0, "")).refused_by, "newns-fs");
    EXPECT_EQ(run_ladder(ladder, call_of(ladder, CLONE_NEWIPC | CLONE_SYSVSEM, 0, "")).failed, "namespaces");
    EXPECT_EQ(run_ladder(ladder, call_of(ladder, 0, 0, "")).failed, "") << "a plain fork succeeds";
}

TEST(LadderReplay, AReleaseOfWhatNeverWasIsWild) {
    Ladder ladder = ladder_of_2_6_33();
    ladder.steps[ladder.step("thread")].label = "bad_fork_free_pid";
    const LadderRun run = run_ladder(ladder, call_of(ladder, CLONE_SETTLS, 0, "thread"));
    ASSERT_TRUE(run.left.contains("pid"));
    EXPECT_TRUE(run.left.at("pid").wild);
}

/// What Z3's terms come to for this call, at the exit of the plain run.
bool terms_agree(const Ladder& ladder, const std::map<std::size_t, ExitTerms>& exits,
                 const LadderCallTerms& terms, const PlainLadderCall& call, const LadderRun& run) {
    z3::context& z3 = terms.brings.ctx();
    z3::expr_vector from(z3), to(z3);
    auto set = [&](const z3::expr& term, const z3::expr& value) {
        from.push_back(term), to.push_back(value);
    };
    set(terms.call.flags, z3.bv_val(call.flags, 32));
    set(terms.call.security_errno, z3.bv_val(call.context.security_errno, 32));
    for (const ContextField& field : context_fields)
        set(terms.call.*field.term, z3.bool_val(call.context.*field.plain));
    set(terms.brings, z3.bv_val(call.brings, 32));
    for (std::size_t i = 0; i < ladder.steps.size(); i++) {
        set(terms.fails[i], z3.bool_val(call.fails[i]));
        set(terms.keeps[i], z3.bool_val(call.keeps[i]));
        set(terms.unlucky[i], z3.bool_val(call.unlucky[i]));
    }
    auto value = [&](z3::expr term) { return term.substitute(from, to).simplify(); };
    for (const auto& [step, exit] : exits) {
        const bool here = ladder.steps[step].name == run.failed;
        if (value(exit.reached).is_true() != here) return false;
        if (!here) continue;
        for (std::size_t r = 0; r < ladder.resources.size(); r++) {
            const auto found = run.left.find(ladder.resources[r].name);
            const PlainLeft left = found == run.left.end() ? PlainLeft() : found->second;
            if (value(exit.left[r].held).get_numeral_int() != left.held ||
                value(exit.left[r].dropped).get_numeral_int() != left.dropped ||
                value(exit.left[r].wild).is_true() != left.wild)
                return false;
        }
    }
    return true;
}

/// The listing's ladder, and one with faults of every kind, so that drops and wild releases occur.
std::vector<Ladder> ladders() {
    Ladder faulty = ladder_of_2_6_33();
    faulty.clears.clear();
    faulty.steps[faulty.step("files")].label = "bad_fork_cleanup_files";
    faulty.steps[faulty.step("creds")].label = "bad_fork_cleanup_count";
    faulty.steps[faulty.step("thread")].label = "bad_fork_free_pid";
    for (Ladder::Release& row : faulty.releases) row.when = LADDER_ALWAYS;
    return {ladder_of_2_6_33(), faulty};
}

TEST(LadderReplay, PlainNumbersTermsAndCodeAgree) {
    for (const Ladder& ladder : ladders()) {
        z3::context z3;
        const LadderCallTerms terms = LadderCallTerms::fresh(z3, ladder);
        std::map<std::size_t, ExitTerms> exits;
        for (const std::size_t step : ladder.exits()) exits.emplace(step, exit_at(ladder, terms, step));
        LadderMachine machine(ladder, z3);
        Random random;
        std::set<std::string> ended;
        bool dropped = false, wild = false;
        for (int i = 0; i < 400; i++) {
            const PlainLadderCall call = any_call(ladder, random);
            const LadderRun run = run_ladder(ladder, call);
            ended.insert(run.failed);
            for (const auto& [resource, left] : run.left) dropped |= left.dropped != 0, wild |= left.wild;
            if (i % 8 == 0) {
                ASSERT_TRUE(terms_agree(ladder, exits, terms, call, run)) << i;
            }
            if (!run.refused_by.empty()) continue;
            const LadderRun code = machine.run(call);
            ASSERT_EQ(code.failed, run.failed) << i;
            ASSERT_EQ(code.left, run.left) << i;
        }
        EXPECT_GT(ended.size(), 12U);
        EXPECT_TRUE(dropped);
        EXPECT_EQ(wild, ladder.clears.empty()) << "only the faulty one gives back what never was";
    }
}

} // namespace
} // namespace forkproof::tests
