// The kernel command line: every word, and whatever a person may mistype.
#include <gtest/gtest.h>

#include "invariants/later_rules.hpp"
#include "kernel/cmdline.hpp"
#include "tests/unit/hostile.hpp"

namespace forkproof::tests {
namespace {

CommandLine good(const char* line) {
    CommandLine result;
    CommandLineError error;
    EXPECT_TRUE(parse_command_line(line, result, error))
        << line << ": " << str(error.what) << " " << str(error.word);
    EXPECT_EQ(error.what.size, 0U);
    return result;
}

struct Refusal {
    std::string what, word, known;
};
Refusal bad(Text line) {
    CommandLine result;
    CommandLineError error;
    EXPECT_FALSE(parse_command_line(line, result, error)) << str(line);
    EXPECT_GT(error.what.size, 0U) << str(line);
    return {str(error.what), str(error.word), str(error.known)};
}

TEST(CommandLine, EmptyMeansTheTour) {
    for (const char* line : {"", " ", " \t\r\n "}) {
        const CommandLine c = good(line);
        EXPECT_EQ(str(c.program), "/bin/tour");
        EXPECT_EQ(c.rules, profile_default);
        EXPECT_EQ(c.check, CheckMode::call);
        EXPECT_EQ(c.fail.step.size, 0U);
        EXPECT_FALSE(c.quiet);
    }
}

TEST(CommandLine, TakesEveryWord) {
    const CommandLine c =
        good("program=/bin/a args=\"one two\" rules=-newns-fs,-nproc fail=files:3:EMFILE check=step "
             "console=ttyS0 max_threads=20 memory=32 quiet lsm=NEWPID,VFORK:EPERM");
    EXPECT_EQ(str(c.program), "/bin/a");
    EXPECT_EQ(str(c.args), "one two");
    EXPECT_EQ(c.rules, profile_default.without(RuleId::newns_fs).without(RuleId::nproc));
    EXPECT_EQ(str(c.fail.step), "files");
    EXPECT_EQ(c.fail.nth, 3U);
    EXPECT_EQ(c.fail.error, Errno::EMFILE);
    EXPECT_EQ(c.check, CheckMode::step);
    EXPECT_TRUE(c.console_serial);
    EXPECT_EQ(c.max_threads, 20U);
    EXPECT_EQ(c.memory, 32U);
    EXPECT_EQ(c.lsm.denied, CLONE_NEWPID | CLONE_VFORK);
    EXPECT_EQ(c.lsm.error, Errno::EPERM);
    EXPECT_TRUE(c.quiet);
}

TEST(CommandLine, SwitchesOffEveryRuleByName) {
    for (int i = 0; i < RULE_COUNT; i++) {
        const auto id = static_cast<RuleId>(i);
        const std::string line = std::string("rules=-") + rule_texts[id].name;
        EXPECT_EQ(good(line.c_str()).rules, profile_default.without(id)) << line;
    }
}

TEST(CommandLine, TakesAProfile) {
    EXPECT_EQ(good("rules=linux-2.6.33").rules, profile_linux_2_6_33);
    EXPECT_EQ(good("rules=default").rules, profile_default);
    EXPECT_EQ(good("rules=linux-2.6.33,-nproc").rules, profile_linux_2_6_33.without(RuleId::nproc));
}

TEST(CommandLine, TakesTheRulesOfLinux61) {
    const CommandLine all = good("rules=linux-6.1");
    EXPECT_TRUE(all.linux_6_1);
    EXPECT_EQ(all.rules, profile_linux_6_1.rules);
    EXPECT_EQ(good("rules=linux-6.1,-ns-thread").rules, profile_linux_6_1.rules.without(RuleId::ns_thread));
    EXPECT_FALSE(good("rules=linux-2.6.33").linux_6_1);
    EXPECT_EQ(bad("rules=linux-6.1,-newpid-parent").word, "newpid-parent");
    EXPECT_EQ(bad("rules=-ns-thread").word, "ns-thread");
    EXPECT_NE(bad("rules=linux-6.2").known.find("linux-6.1"), std::string::npos);
}

TEST(CommandLine, FailNeedsOnlyAStep) {
    EXPECT_FALSE(good("quiet").ladder_2_6_33);
    EXPECT_TRUE(good("ladder=linux-2.6.33").ladder_2_6_33);
    EXPECT_EQ(good("fail=mm").fail.nth, 1U);
    EXPECT_EQ(good("fail=mm").fail.error, Errno::OK);
    EXPECT_EQ(good("fail=mm:2").fail.nth, 2U);
    EXPECT_EQ(good("fail=mm:4294967295").fail.nth, 4294967295U);
}

TEST(CommandLine, FailEachAndFailNthTakeTheProgramThatRepeatsCalls) {
    for (const char* mode : {"each", "nth"}) {
        const CommandLine c = good((std::string("fail=") + mode).c_str());
        EXPECT_TRUE(c.fail.step == mode && c.program == "/bin/failing" && c.args == mode);
        EXPECT_FALSE(c.fail.numbered);
    }
    EXPECT_TRUE(good("provoke=leaks").program == "/bin/failing");
    EXPECT_TRUE(good("provoke=leaks").args == "dressed");
}

TEST(CommandLine, FailEachLeavesAProgramThatIsNamed) {
    EXPECT_TRUE(good("fail=each program=/bin/a").program == "/bin/a");
    EXPECT_TRUE(good("program=/bin/a fail=nth").args == "");
    EXPECT_TRUE(good("fail=each args=\"x\"").args == "x");
    EXPECT_TRUE(good("fail=files").program == "/bin/tour");
    EXPECT_TRUE(good("fail=each:2").fail.numbered); // which the kernel refuses
}

TEST(CommandLine, RefusesAnUnknownWordWithTheListOfKnownOnes) {
    const Refusal r = bad("prgram=/bin/a");
    EXPECT_EQ(r.word, "prgram=/bin/a");
    for (const char* word :
         {"program=", "args=", "rules=", "fail=", "check=", "console=", "max_threads=", "memory=", "quiet"})
        EXPECT_NE(r.known.find(word), std::string::npos) << word;
}

TEST(CommandLine, RefusesAnUnknownRuleWithTheListOfKnownOnes) {
    const Refusal r = bad("rules=-newns-sf");
    EXPECT_EQ(r.word, "newns-sf");
    for (int i = 0; i < RULE_COUNT; i++)
        EXPECT_NE(r.known.find(rule_texts[static_cast<RuleId>(i)].name), std::string::npos);
}

TEST(CommandLine, RefusesWhatIsMistyped) {
    for (const char* line : {"=",
                             "=x",
                             "program",
                             "program=",
                             "program=bin/a",
                             "program=\"\"",
                             "program=\"/a",
                             "program=/a\"b\"",
                             "quiet=1",
                             "quiet=",
                             "quiet quiet",
                             "check=",
                             "check=of",
                             "check=call check=call",
                             "console=ttyS1",
                             "max_threads=",
                             "max_threads=0",
                             "max_threads=-1",
                             "max_threads=4294967296",
                             "max_threads=99999999999999999999999",
                             "memory=32M",
                             "memory=0x20",
                             "lsm=",
                             "lsm=:EPERM",
                             "lsm=FORK",
                             "lsm=VFORK,",
                             "lsm=VFORK:",
                             "lsm=VFORK:EWHAT",
                             "fail=",
                             "fail=:1",
                             "fail=mm:",
                             "fail=mm:0",
                             "fail=mm:x",
                             "fail=mm:1:",
                             "fail=mm:1:EWHAT",
                             "fail=mm:1:ERESTARTNOINTR",
                             "fail=mm:1:EINVAL:",
                             "rules=",
                             "rules=-",
                             "rules=,",
                             "rules=-newns-fs,",
                             "rules=newns-fs",
                             "rules=-newns-fs,-newns-fs",
                             "rules=-newns-fs,linux-2.6.33",
                             "rules=linux-2.6.33,-newuser-fs",
                             "rules=linux-9.9",
                             "args=\"a\"b",
                             "args=\"",
                             "\"quiet\"",
                             "QUIET",
                             "qui\001et",
                             "quiet\x7fx"})
        bad(line);
}

TEST(CommandLine, ArgumentsMayBeEmptyOrQuoted) {
    EXPECT_EQ(str(good("args=").args), "");
    EXPECT_EQ(str(good("args=\"\"").args), "");
    EXPECT_EQ(str(good("args=one").args), "one");
    EXPECT_EQ(str(good("args=\"a=b rules=-newns-fs quiet\"").args), "a=b rules=-newns-fs quiet");
    EXPECT_FALSE(good("args=\"quiet\"").quiet);
}

TEST(CommandLine, TakesFiveHundredElevenCharactersAndNoMore) {
    std::string line = "args=" + std::string(COMMAND_LINE_SIZE - 1 - 5, 'x');
    ASSERT_EQ(line.size(), 511U);
    EXPECT_EQ(good(line.c_str()).args.size, 506U);
    line += 'x';
    EXPECT_NE(bad(Text(line.data(), line.size())).what.find("511"), std::string::npos);
}

TEST(CommandLine, ReadsNothingBeyondItsEndAndItsTextsLieInside) {
    const std::string line =
        "program=/bin/a args=\"one two\" rules=-newns-fs,-nproc fail=files:3:EMFILE check=step quiet";
    auto check = [](Text text) {
        CommandLine c;
        CommandLineError error;
        const bool ok = parse_command_line(text, c, error);
        ASSERT_EQ(ok, error.what.size == 0);
        if (error.word.size != 0) {
            ASSERT_GE(error.word.data, text.data);
            ASSERT_LE(error.word.data + error.word.size, text.data + text.size);
        }
    };
    each_prefix(line, [&](Text text, std::size_t) { check(text); });
    each_changed_byte(line, line.size(), [&](Text text, std::size_t) { check(text); });
    random_changes(line, line.size(), 20000, check);
}

} // namespace
} // namespace forkproof::tests
