// How a run is judged: each ending has words and a status of its own, and only the kernel's own last lines
// are good.
#include "debug/judge.hpp"
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using runner::Ending;
using runner::Expectations;
using runner::Judgement;
using runner::Observations;

const std::string VERDICT = "verdict: all 33 invariants held over 120 checks";
const std::string SHUTDOWN = "Shutdown port: shutdown requested";

Observations run(std::vector<std::string> kernel_lines) {
    Observations seen;
    seen.kernel_lines = std::move(kernel_lines);
    seen.errors = "bochs: " + SHUTDOWN + "\n";
    seen.status = 1;
    return seen;
}

Judgement judged(const Observations& seen) {
    Expectations expected;
    expected.tick_limit = 1000;
    expected.host_seconds = 60;
    return runner::judge(seen, expected);
}

TEST(Judge, AGoodRunEndsWithStatusAndVerdict) {
    const Judgement j = judged(run({"kernel: hello", "power-off: init, status 0", VERDICT}));
    EXPECT_EQ(j.ending, Ending::good);
    EXPECT_EQ(j.words, "");
}

TEST(Judge, TheProgramsStatusCounts) {
    EXPECT_EQ(judged(run({"power-off: init, status 3", VERDICT})).words, "program exited with status 3");
    EXPECT_EQ(judged(run({"power-off: init, status 3", VERDICT})).ending, Ending::program_failed);
    EXPECT_EQ(judged(run({"power-off: init, status 128", VERDICT})).ending, Ending::program_failed);
    EXPECT_EQ(judged(run({"power-off: init, status 139", VERDICT})).words,
              "program killed by signal 11 (SIGSEGV)");
    EXPECT_EQ(judged(run({"power-off: init, status 137", VERDICT})).ending, Ending::program_killed);
    EXPECT_EQ(judged(run({"power-off: init, status 255", VERDICT})).ending, Ending::program_failed);
}

TEST(Judge, NothingButTheExactLastLinesIsAVerdict) {
    const std::string status = "power-off: init, status 0";
    const std::vector<std::vector<std::string>> lines{
        {},
        {VERDICT},
        {status},
        {VERDICT, status},
        {status, VERDICT, "one more"},
        {status, VERDICT + " or so"},
        {status, " " + VERDICT},
        {status, "verdict: all  invariants held over 1 checks"},
        {status, "verdict: all 3 invariants held over -1 checks"},
        {"power-off: init, status 0 ", VERDICT},
        {"power-off: init, status ", VERDICT},
        {"power-off: init, status -0", VERDICT},
        {"power-off: init, status 0000", VERDICT},
        {"power-off: other, status 0", VERDICT}};
    for (const auto& l : lines)
        EXPECT_EQ(judged(run(l)).ending, Ending::no_verdict) << (l.empty() ? "nothing" : l.back());
}

TEST(Judge, WhatIsOutsideTheFramesIsNoVerdict) {
    Observations seen = run({"kernel: hello"});
    seen.plain = "power-off: init, status 0\n" + VERDICT + "\n";
    EXPECT_EQ(judged(seen).ending, Ending::no_verdict);
}

TEST(Judge, APanicOrAViolationIsNeverGood) {
    const auto panic = judged(run({"PANIC: out of order", "power-off: init, status 0", VERDICT}));
    EXPECT_EQ(panic.ending, Ending::panic);
    EXPECT_EQ(panic.words, "PANIC: out of order");
    const auto violation = judged(run({"violation: fs-mnt: root is elsewhere", "violation: counts: 2 for 1",
                                       "power-off: init, status 0", VERDICT}));
    EXPECT_EQ(violation.ending, Ending::violation);
    EXPECT_EQ(violation.words, "violation: counts, fs-mnt");
}

TEST(Judge, SaysHowBochsEnded) {
    Observations seen;
    seen.errors = "[CPU0] exception(): 3rd (14) exception with no resolution\n" + SHUTDOWN;
    EXPECT_EQ(judged(seen).ending, Ending::triple_fault);
    seen = {};
    seen.plain = "(0) Caught time breakpoint\n";
    EXPECT_EQ(judged(seen).ending, Ending::tick_limit);
    EXPECT_NE(judged(seen).words.find("1000"), std::string::npos);
    seen = {};
    seen.plain = "boot: looking\nboot: wrong CRC-32 of kernel\n";
    EXPECT_EQ(judged(seen).ending, Ending::boot_failure);
    seen = {};
    seen.host_time_over = true;
    EXPECT_EQ(judged(seen).ending, Ending::host_time);
    seen = {};
    seen.interrupted = true;
    EXPECT_EQ(judged(seen).ending, Ending::interrupted);
    seen = {};
    seen.status = -11;
    EXPECT_EQ(judged(seen).ending, Ending::bochs_failed);
    EXPECT_NE(judged(seen).words.find("signal 11"), std::string::npos);
}

TEST(Judge, AVerdictWithoutPowerOffIsNotGood) {
    Observations seen = run({"power-off: init, status 0", VERDICT});
    seen.errors = ""; // Bochs does not say that the machine was switched off
    EXPECT_NE(judged(seen).ending, Ending::good);
}

TEST(Judge, AViolationIsGoodOnlyAsPredicted) {
    Expectations expected;
    expected.violations = {{"fs-mnt"}};
    EXPECT_EQ(runner::judge(run({"violation: fs-mnt: x"}), expected).ending, Ending::good);
    EXPECT_EQ(runner::judge(run({"violation: fs-mnt: x", "violation: counts: y"}), expected).ending,
              Ending::not_predicted);
    EXPECT_EQ(runner::judge(run({"violation: counts: y"}), expected).ending, Ending::not_predicted);
    EXPECT_EQ(runner::judge(run({"power-off: init, status 0", VERDICT}), expected).ending,
              Ending::not_predicted);
    EXPECT_EQ(runner::judge(run({"violation: fs-mnt: x", "PANIC: y"}), expected).ending, Ending::panic);
    expected.violations = {{"fs-mnt", "counts"}};
    EXPECT_EQ(runner::judge(run({"violation: fs-mnt: x"}), expected).ending, Ending::not_predicted);
}

TEST(Judge, AViolationIsGoodOnlyAfterThePredictedCall) {
    Expectations expected;
    expected.violations = {{"fs-mnt"}};
    expected.call = "clone(FS) by pid 1, which made pid 3";
    const auto after = [&](const std::string& line) {
        return runner::judge(run({"violation: fs-mnt: x", line}), expected);
    };
    EXPECT_EQ(after("  after clone(FS) by pid 1 (init), which made pid 3").ending, Ending::good);
    EXPECT_EQ(after("  after clone(FS) by pid 1 (a) by pid 2 (), which made pid 3").ending,
              Ending::not_predicted);
    EXPECT_EQ(after("  after clone(FS) by pid 1 (init), which made pid 4").ending, Ending::not_predicted);
    EXPECT_EQ(after("  after clone(FS) by pid 1 (init)").ending, Ending::not_predicted);
    EXPECT_EQ(after("after clone(FS) by pid 1 (init), which made pid 3").words,
              "as predicted, violated: fs-mnt; but predicted after clone(FS) by pid 1, which made pid 3, and "
              "it was "
              "after no call");
    expected.call = "execve by pid 4";
    EXPECT_EQ(after("  after execve by pid 4 (play-root)").ending, Ending::good);
}

TEST(Judge, EachEndingHasAStatusOfItsOwn) {
    const Ending all[] = {Ending::good,           Ending::program_failed, Ending::refused,
                          Ending::program_killed, Ending::boot_failure,   Ending::panic,
                          Ending::violation,      Ending::triple_fault,   Ending::tick_limit,
                          Ending::no_verdict,     Ending::host_time,      Ending::bochs_failed,
                          Ending::not_predicted,  Ending::interrupted};
    std::set<int> statuses;
    for (const Ending e : all) EXPECT_TRUE(statuses.insert(static_cast<int>(e)).second);
    EXPECT_EQ(static_cast<int>(Ending::good), 0);
}

} // namespace
} // namespace forkproof::tests
