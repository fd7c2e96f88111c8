// A rule is switched off, and user/break makes the call that it refused: exactly the predicted invariants are
// named. With the rule in force the same call answers its errno, and nothing is violated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

struct Prediction {
    const char* rule;
    const char* violated; ///< in alphabetical order
    const char* in_force; ///< what break says of the call when the rule holds
    const char* words = "";
};

void PrintTo(const Prediction& p, std::ostream* out) { *out << p.rule; }

constexpr Prediction predictions[] = {
    {"newuser-thread", "group-userns", "= -EINVAL, as the rule says"},
    {"newns-fs", "fs-mnt", "= -EINVAL, as the rule says"},
    {"newuser-fs", "fs-userns", "= -EINVAL, as the rule says"},
    {"thread-sighand", "group-sighand", "= -EINVAL, as the rule says"},
    {"sighand-vm", "sighand-mm", "= -EINVAL, as the rule says"},
    {"parent-init", "one-root", "= -EINVAL, as the rule says"},
    {"nproc", "nproc-limit", "= -EAGAIN, as the rule says"},
    {"max-threads", "thread-limit", "= -EAGAIN, as the rule says", " max_threads=6"},
    {"fs-in-exec", "exec-decision", "= -EAGAIN, as the rule says"},
    {"newipc-sysvsem", "undo-ipc", "= -EINVAL, as the rule says"},
    {"newpid-thread", "group-pidns, one-root, reaper", "= -EINVAL, as the rule says"},
    {"parent-exit-signal", "exit-signal",
     "= a new task, which reports with SIGCHLD, not SIGUSR1, as the rule says"},
    {"reset-on-fork", "sched",
     "= a new task, which does not run beside its real-time parent, as the rule says"},
};

std::string test_name(const testing::TestParamInfo<Prediction>& info) {
    std::string name = info.param.rule;
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

class Rule : public testing::TestWithParam<Prediction> {};

TEST_P(Rule, SwitchedOffBreaksWhatItGuards) {
    const auto& p = GetParam();
    const Boot run =
        boot({.cmdline = fmt::format("rules=-{0} program=/bin/break args={0}{1}", p.rule, p.words)});
    Expect(run)
        .ends(Ending::violation)
        .that(violated(run) == p.violated,
              fmt::format("violated: {}; predicted: {}", violated(run), p.violated))
        .complains(fmt::format("failed: violation: {}", p.violated))
        .says("  after ") // the call that did it
        .says("  tasks:")
        .says("  called from:")
        .never_says("verdict:");
}

TEST_P(Rule, InForceAnswersItsErrno) {
    const auto& p = GetParam();
    const Boot run = boot({.cmdline = fmt::format("program=/bin/break args={}{}", p.rule, p.words)});
    Expect(run).ends(Ending::good).line(std::string("    ") + p.in_force).last_line(verdict_pattern);
}

INSTANTIATE_TEST_SUITE_P(Each, Rule, testing::ValuesIn(predictions), test_name);

TEST(Prediction, ThatIsRightSucceeds) {
    const Boot run = boot({.cmdline = "rules=-newpid-thread program=/bin/break args=newpid-thread",
                           .more = {"--expect-violation=one-root,reaper,group-pidns"}});
    Expect(run).ends(Ending::good).complains("").never_says("verdict:");
}

// A prediction that is wrong fails, whether it says too little, too much, or another name.
TEST(Prediction, ThatIsWrongFails) {
    const std::string cmdline = "rules=-newpid-thread program=/bin/break args=newpid-thread";
    for (const char* names : {"group-pidns", "group-pidns,one-root,reaper,vfork", "fs-mnt"}) {
        const Boot run = boot({.cmdline = cmdline, .more = {std::string("--expect-violation=") + names}});
        Expect(run).ends(Ending::not_predicted).complaint_has("; violated: group-pidns, one-root, reaper");
    }
    const Boot none =
        boot({.cmdline = "program=/bin/break args=newns-fs", .more = {"--expect-violation=fs-mnt"}});
    Expect(none)
        .ends(Ending::not_predicted)
        .complaint_has("predicted to be violated: fs-mnt; violated: none");
}

// The clean-up of linux-2.6.33 on our steps: what it forgets is named, with the call that did it, and nothing
// else is.
TEST(Ladder, HistoricalForgetsWhatIsKnown) {
    const Boot run = boot({.cmdline = "quiet ladder=linux-2.6.33 fail=each", .program = ""});
    Expect(run)
        .ends(Ending::violation)
        .that(violated(run) == "B1, B2, B5", "violated: " + violated(run))
        .says("NEWPID")
        .says(", in which step pid failed")
        .says("  frames of I/O bitmaps: 2 before, 4 after")
        .says("  directories of cgroups: 0 before, 1 after")
        .says("ladder=linux-2.6.33: the proc mount was left behind ")
        .never_says("verdict:")
        .never_says("violation: restored");
}

// Where nothing fails the ladder is the same.
TEST(Ladder, HistoricalWorks) {
    Expect(boot({.cmdline = "ladder=linux-2.6.33", .program = "vforks"}))
        .ends(Ending::good)
        .never_says("FAILED");
}

// As a person types it. Nothing is built: `make test` has built all it needs.
TEST(Make, Break) {
    const std::string output = own_folder() / "make-break", errors = own_folder() / "make-break-errors";
    const auto make = [&](const std::string& rule) {
        return execute({.argv = {"env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "--no-print-directory",
                                 "B=" + build_folder().string(), "break", rule},
                        .output = output,
                        .errors = errors});
    };
    EXPECT_EQ(make("RULE=newns-fs"), 0) << text_of(output) << text_of(errors);
    EXPECT_NE(text_of(output).find("violation: fs-mnt: "), std::string::npos) << text_of(output);
    EXPECT_NE(text_of(output).find("as predicted, violated: fs-mnt"), std::string::npos) << text_of(output);
    EXPECT_EQ(make("LADDER=linux-2.6.33"), 0) << text_of(output) << text_of(errors);
    EXPECT_NE(text_of(output).find("as predicted, violated: B1, B2, B5"), std::string::npos)
        << text_of(output);
    EXPECT_NE(make("LADDER=linux-2.4"), 0);
    EXPECT_NE(text_of(errors).find("LADDER=linux-2.4 is not known"), std::string::npos) << text_of(errors);
    EXPECT_NE(make("RULE=nonsense"), 0);
    EXPECT_NE(text_of(errors).find("RULE=nonsense is none of these: "), std::string::npos) << text_of(errors);
}

} // namespace
} // namespace forkproof::boots
