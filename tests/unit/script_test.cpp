// Reading a witness script: what it may say, and that whatever else it says is refused with its line.
#include "debug/tempdir.hpp"
#include "debug/witness.hpp"
#include <fstream>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using play::Script;
using play::Verb;

class ScriptText : public testing::Test {
  protected:
    std::string file(const std::string& text) {
        const std::string name = folder_.path() / "x.script";
        std::ofstream(name) << text;
        return name;
    }
    std::string complaint(const std::string& text) {
        try {
            const runner::Witness witness(file(text));
        } catch (const image::Error& error) {
            const std::string words = error.what();
            return words.substr(words.find(".script: ") + 9);
        }
        return "none";
    }

  private:
    runner::TempDir folder_{testing::TempDir()};
};

constexpr const char* NEW_CAPS =
    "# without new-caps\n"
    "rule new-caps # and no other\nerrno EPERM\nbreaks ns-trusted\nat 3\nrefused 1\n"
    "setup init clone() -> user\nsetup user setuid(nobody)\n"
    "1 user clone(NEWNET) -> a\n2 a exec_begin()\n3 a exec_commit(SETUID_ROOT)\n";

TEST_F(ScriptText, SaysWhatIsPredicted) {
    const runner::Witness witness(file(NEW_CAPS));
    EXPECT_EQ(witness.rule(), "new-caps");
    EXPECT_EQ(witness.breaks(), std::set<std::string>{"ns-trusted"});
    EXPECT_EQ(witness.call(), "execve by pid 4");
    EXPECT_EQ(witness.machine(), "");
}

TEST_F(ScriptText, NamesACloneByWhatItMakes) {
    const std::string head = "rule max-threads\nerrno EAGAIN\nsetup machine max_threads=3\n";
    const std::string calls = "1 init clone(PARENT|SIGUSR1) -> a\n2 init clone(VM | SIGHAND | THREAD) -> b\n";
    const runner::Witness first(file(head + "at 1\n" + calls)), second(file(head + calls));
    EXPECT_EQ(first.machine(), "max_threads=3");
    EXPECT_EQ(first.call(), "clone(PARENT | SIGUSR1) by pid 1, which made pid 3");
    EXPECT_EQ(second.call(), "clone(VM | SIGHAND | THREAD) by pid 1, which made pid 4");
}

TEST_F(ScriptText, IsReadCallByCall) {
    const std::string text =
        "rule x\n1 init clone() -> a\n2 a sched_setscheduler(FIFO | RESET_ON_FORK)\n"
        "3 a setrlimit(NPROC, 7)\n4 a sigaction()\n5 a exit()\n6 init wait(a)\n7 init exec()\n";
    Script script;
    play::ScriptError error;
    ASSERT_TRUE(play::read_script({text.data(), text.size()}, script, error)) << error.what;
    ASSERT_EQ(script.lines, 7);
    EXPECT_EQ(script.line[0].flags, 17U); // SIGCHLD
    EXPECT_EQ(script.line[1].value, 0x40000001);
    EXPECT_EQ(script.line[2].value, 7);
    EXPECT_EQ(script.line[4].verb, Verb::exit);
    EXPECT_EQ(script.line[5].task, 1);
    EXPECT_FALSE(script.line[6].setuid_root);
    EXPECT_EQ(script.at, 7);
}

TEST_F(ScriptText, ThatIsWrongIsRefusedWithItsLine) {
    const std::string rule = "rule x\n";
    EXPECT_EQ(complaint("rules x\n"), "line 1: a line cannot begin so: `rules`; known: rule errno effect "
                                      "breaks at refused setup 1 2 3 ...");
    EXPECT_EQ(complaint(rule + "errno EFOO\n"), "line 2: unknown errno: `EFOO`");
    EXPECT_EQ(complaint(rule + "1 a exit()\n"),
              "line 2: no such task yet: `a`; known: init, and those made by -> NAME");
    EXPECT_EQ(complaint(rule + "2 init exit()\n"),
              "line 2: calls are numbered from 1, without a gap; not here: `2`");
    EXPECT_EQ(complaint(rule + "1 init clone(FOO) -> a\n"),
              "line 2: unknown flag or signal of clone(): `FOO`; known: names without CLONE_, as FS | NEWNS "
              "| SIGUSR1");
    EXPECT_EQ(complaint(rule + "1 init clone()\n"),
              "line 2: a clone needs a name for the new task: `clone()`; known: -> NAME");
    EXPECT_EQ(complaint(rule + "1 init clone() -> init\n"), "line 2: a new task needs a new name: `init`");
    EXPECT_EQ(complaint(rule + "1 init setrlimit(NOFILE, 1)\n"),
              "line 2: unknown resource: `NOFILE`; known: NPROC");
    EXPECT_EQ(complaint(rule + "1 init setuid(root)\n"),
              "line 2: not what stands in the brackets of this call: `root`; known: nobody");
    EXPECT_EQ(complaint(rule), "no call is numbered: there is nothing to play");
    EXPECT_EQ(complaint("1 init exit()\n"), "the line `rule NAME` is missing");
    EXPECT_EQ(complaint(rule + "at 2\n1 init exit()\n"),
              "`at` or `refused` names a call that there is none of");
    std::string many = rule;
    for (int i = 1; i <= 33; i++) many += std::to_string(i) + " init sigaction()\n";
    EXPECT_EQ(complaint(many).substr(0, 23), "line 34: too many calls");
}

} // namespace
} // namespace forkproof::tests
