// A rule is switched off and its witness (build/witness, by `make why`) is played: exactly the predicted
// invariants are named, after the predicted call. With the rule in force the same script gets its errno, and
// nothing is violated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

/// What the witnesses ought to show, whoever has written them.
struct Expected {
    const char* rule;
    const char* violated; ///< in alphabetical order
    const char* in_force; ///< the end of the player's last line when the rule holds
};

void PrintTo(const Expected& e, std::ostream* out) { *out << e.rule; }

constexpr const char* ALL_ACCEPTED = "all calls were accepted, as they should be";

constexpr Expected all_expected[] = {
    {"newuser-thread", "group-userns", "= -EINVAL, as rule newuser-thread says"},
    {"newuser-caps", "no-amplify", "= -EPERM, as rule newuser-caps says"},
    {"newns-fs", "fs-mnt", "= -EINVAL, as rule newns-fs says"},
    {"newuser-fs", "fs-userns", "= -EINVAL, as rule newuser-fs says"},
    {"thread-sighand", "group-sighand", "= -EINVAL, as rule thread-sighand says"},
    {"sighand-vm", "sighand-mm", "= -EINVAL, as rule sighand-vm says"},
    {"parent-init", "one-root, reapable", "= -EINVAL, as rule parent-init says"},
    {"nproc", "nproc-limit", "= -EAGAIN, as rule nproc says"},
    {"max-threads", "thread-limit", "= -EAGAIN, as rule max-threads says"},
    {"fs-in-exec", "exec-decision", "= -EAGAIN, as rule fs-in-exec says"},
    {"new-caps", "ns-trusted", "= -EPERM, as rule new-caps says"},
    {"newipc-sysvsem", "undo-ipc", "= -EINVAL, as rule newipc-sysvsem says"},
    {"newpid-thread", "group-pidns, reaper", "= -EINVAL, as rule newpid-thread says"},
    // Nothing needs it alone: without parent-init, too, a namespace's init gets a parent outside of the tree.
    {"newpid-parent", "nesting, reapable", "= -EINVAL, as rule newpid-parent,parent-init says"},
    {"parent-exit-signal", "exit-signal", ALL_ACCEPTED},
    {"reset-on-fork", "sched", ALL_ACCEPTED},
};

std::string witness(const std::string& rule) {
    return (build_folder() / "witness" / (rule + ".script")).string();
}

Boot play(const std::string& script, const std::string& option = "") {
    std::vector<std::string> more{"--script=" + script};
    if (!option.empty()) more.push_back(option);
    return boot({.more = more});
}

std::string script_of(const std::string& name, const std::string& text) {
    const std::string file = own_folder() / name;
    write_text(file, text);
    return file;
}

std::string test_name(const testing::TestParamInfo<Expected>& info) {
    std::string name = info.param.rule;
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

class Rule : public testing::TestWithParam<Expected> {};

TEST_P(Rule, SwitchedOffBreaksWhatItGuards) {
    const auto& e = GetParam();
    const Boot run = play(witness(e.rule), "--without-rule");
    Expect(run)
        .ends(Ending::good)
        .complains("")
        .that(violated(run) == e.violated,
              fmt::format("violated: {}; expected: {}", violated(run), e.violated))
        .that(run.plain.find(fmt::format("as predicted, violated: {}, after ", e.violated)) !=
                  std::string::npos,
              "the runner says that the prediction came true")
        .says("  after ") // the call that did it
        .says("  tasks:")
        .says("  called from:")
        .never_says("verdict:");
}

TEST_P(Rule, InForceAnswersItsErrno) {
    const auto& e = GetParam();
    Expect(play(witness(e.rule)))
        .ends(Ending::good)
        .line(std::string("       ") + e.in_force)
        .last_line(verdict_pattern)
        .never_says("violation");
}

INSTANTIATE_TEST_SUITE_P(Each, Rule, testing::ValuesIn(all_expected), test_name);

// The call that makes the state wrong is not the one that the checker watches: a handler is set before.
TEST(Witness, HandlersInAnotherMemory) {
    const std::string script =
        script_of("handler", "rule sighand-vm\nerrno EINVAL\nbreaks sighand-mm handler-mm\n"
                             "1 init sigaction()\n2 init clone(SIGHAND) -> a\n");
    Expect(play(script, "--without-rule")).ends(Ending::good).says("violation: handler-mm");
    Expect(play(script)).ends(Ending::good).last_line(verdict_pattern);
}

// Calls that no witness needs, by tasks that end and are waited for; nothing is refused.
TEST(Witness, MayMakeOtherCalls) {
    const std::string script =
        script_of("others", "rule newns-fs\neffect\n1 init clone(VM | VFORK) -> a\n2 a exec()\n"
                            "3 a clone(VM | SIGHAND | THREAD) -> b\n4 b exit()\n5 a exit()\n6 init wait(a)\n"
                            "7 init sched_setscheduler(OTHER)\n");
    Expect(play(script))
        .ends(Ending::good)
        .line(std::string("       ") + ALL_ACCEPTED)
        .last_line(verdict_pattern);
}

// A prediction that is wrong fails, whether it names too little, too much, or another invariant.
TEST(Prediction, OfWrongNamesFails) {
    for (const char* names : {"group-pidns", "group-pidns reaper vfork", "fs-mnt"}) {
        const std::string script =
            script_of("names", fmt::format("rule newpid-thread\nerrno EINVAL\nbreaks {}\n"
                                           "1 init clone(VM | SIGHAND | THREAD | NEWPID) -> a\n",
                                           names));
        Expect(play(script, "--without-rule"))
            .ends(Ending::not_predicted)
            .complaint_has(
                "; violated: group-pidns, reaper, after clone(VM | SIGHAND | THREAD | NEWPID) by pid 1");
    }
}

// ... of another call, although it is the same call, by the same task.
TEST(Prediction, OfAnotherCallFails) {
    const std::string script = script_of("call", "rule max-threads\nerrno EAGAIN\nbreaks thread-limit\nat 1\n"
                                                 "setup machine max_threads=3\n"
                                                 "1 init clone() -> a\n2 init clone() -> b\n");
    Expect(play(script, "--without-rule"))
        .ends(Ending::not_predicted)
        .complaint_has(
            "as predicted, violated: thread-limit; but predicted after clone(SIGCHLD) by pid 1, which "
            "made pid 3, and it was after clone(SIGCHLD) by pid 1, which made pid 4");
}

// ... of something where nothing happens.
TEST(Prediction, OfABreachThatIsNoneFails) {
    const std::string script =
        script_of("none", "rule newns-fs\nerrno EINVAL\nbreaks fs-mnt\n1 init clone(NEWNS) -> a\n");
    Expect(play(script, "--without-rule"))
        .ends(Ending::not_predicted)
        .complaint_has("predicted to be violated: fs-mnt; violated: none");
}

// With the rule in force a script must get just its errno, at just its call.
TEST(Script, ThatIsNotRefusedAsItSaysFails) {
    const std::string accepted =
        script_of("accepted", "rule newns-fs\nerrno EINVAL\nbreaks fs-mnt\n1 init clone(NEWNS) -> a\n");
    Expect(play(accepted)).ends(Ending::program_failed).complains("failed: program exited with status 3");
    for (const char* head : {"errno EPERM\nrefused 1\n", "errno EINVAL\nrefused 2\n"}) {
        const std::string other =
            script_of("other", fmt::format("rule newns-fs\n{}breaks fs-mnt\n"
                                           "1 init clone(FS | NEWNS) -> a\n2 init wait(a)\n",
                                           head));
        Expect(play(other))
            .ends(Ending::program_failed)
            .line("       = -EINVAL, which the script does not expect here")
            .complains("failed: program exited with status 4");
    }
}

TEST(Script, ThatCannotBeReadIsRefusedWithItsLine) {
    const std::string script = script_of("bad", "rule newns-fs\nerrno EINVAL\n1 init fork()\n");
    Expect(play(script))
        .ends(Ending::refused)
        .complaint_has("bad: line 3: unknown call: `fork`; known: clone exit wait exec ");
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
    const auto make = [&](const std::vector<std::string>& words) {
        Command call{.argv = {"env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "--no-print-directory",
                              "B=" + build_folder().string(), "break"},
                     .output = output,
                     .errors = errors};
        call.argv.insert(call.argv.end(), words.begin(), words.end());
        return execute(call);
    };
    EXPECT_EQ(make({"RULE=newns-fs"}), 0) << text_of(output) << text_of(errors);
    EXPECT_NE(text_of(output).find("violation: fs-mnt: "), std::string::npos) << text_of(output);
    EXPECT_NE(
        text_of(output).find("as predicted, violated: fs-mnt, after clone(FS | NEWNS | SIGCHLD) by pid 1"),
        std::string::npos)
        << text_of(output);
    EXPECT_EQ(make({"RULE=newns-fs", "IN_FORCE=1"}), 0) << text_of(output) << text_of(errors);
    EXPECT_NE(text_of(output).find("as rule newns-fs says"), std::string::npos) << text_of(output);
    EXPECT_EQ(make({"SCRIPT=" + witness("nproc")}), 0) << text_of(output) << text_of(errors);
    EXPECT_EQ(make({"LADDER=linux-2.6.33"}), 0) << text_of(output) << text_of(errors);
    EXPECT_NE(text_of(output).find("as predicted, violated: B1, B2, B5"), std::string::npos)
        << text_of(output);
    EXPECT_NE(make({"LADDER=linux-2.4"}), 0);
    EXPECT_NE(text_of(errors).find("LADDER=linux-2.4 is not known"), std::string::npos) << text_of(errors);
    EXPECT_NE(make({"RULE=nonsense"}), 0);
    EXPECT_NE(text_of(errors).find("RULE=nonsense is none of these: "), std::string::npos) << text_of(errors);
}

} // namespace
} // namespace forkproof::boots
