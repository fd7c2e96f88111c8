// What the prover finds in the code happens in Bochs: a fault is planted in the source, the theorem is
// refuted, and the command in its counterexample shows the fault in the kernel that has it, and nothing in
// the one that has not.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/planted.hpp"

namespace forkproof::boots {
namespace {

struct Fault {
    const char* name;   ///< of the test
    const char* mutant; ///< in tests/mutants
    const char* theorem;
    std::vector<std::string> told;  ///< lines of the counterexample, as they are
    std::string command;            ///< the last of them
    Ending ending;                  ///< of the boot with the fault
    std::vector<std::string> shown; ///< there
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.mutant; }

const Fault faults[] = {
    {"DroppedRelease",
     "files-kept",
     "steps/files",
     {"parent->files->count (should be as before): expected 1, got 2", "flags       FILES exit signal 17",
      "  release_files"},
     R"(make run FAIL=fs:2 PROGRAM=build/user/clone ARGS="FILES SIGCHLD")",
     Ending::violation,
     {"fail=fs:2: clone(FILES | SIGCHLD) by pid 3 (program) = -ENOMEM", ": DIFFERENT; ", "  files: before ",
      "violation: restored: a failed call leaves the state as it was"}},
    {"SwappedOrder",
     "creds-newuser-puts-new-user",
     "steps/creds",
     {"flags       NEWUSER exit signal 17", "    put_user_struct"},
     R"(make run PROGRAM=build/user/clone ARGS="NEWUSER SIGCHLD")",
     Ending::violation,
     {"violation: no-dangling: no living object points to a freed one",
      "  after clone(NEWUSER | SIGCHLD) by pid 3 (program)", "  user points to user 0x"}},
    {"WrongErrno",
     "sighand-errno",
     "steps/sighand",
     {"errno of step sighand: expected ENOMEM, got EAGAIN", "flags       exit signal 17"},
     R"(make run FAIL=sighand:2 PROGRAM=build/user/clone ARGS="SIGCHLD")",
     Ending::no_verdict,
     {"fail=sighand:2: the step itself says EAGAIN, but its row ENOMEM",
      "fail=sighand:2: clone(SIGCHLD) by pid 3 (program) = -EAGAIN", "clone(SIGCHLD) = -EAGAIN"}},
    {"WrongErrnoOfTheVerdict",
     "newns-fs-errno",
     "verdict/table",
     {"errno of the verdict (answer.error): expected EINVAL, got EPERM",
      "flags       FS NEWNS exit signal 17", "rules       default"},
     R"(make run PROGRAM=build/user/clone ARGS="FS NEWNS SIGCHLD")",
     Ending::program_failed,
     {"clone(FS | NEWNS | SIGCHLD) = -EPERM, but rule newns-fs says -EINVAL"}},
};

class Counterexample : public testing::TestWithParam<Fault> {};

TEST_P(Counterexample, IsSeenInBochs) {
    const Fault& fault = GetParam();
    const Planted planted = plant(fault.mutant, fault.theorem);
    const auto has = [&](const std::string& line) {
        return std::find(planted.refuted.begin(), planted.refuted.end(), line) != planted.refuted.end();
    };
    for (const std::string& line : fault.told)
        EXPECT_TRUE(has(line)) << line << "\nis not in:\n"
                               << fmt::format("{}", fmt::join(planted.refuted, "\n"));
    EXPECT_TRUE(has("replayed    with plain numbers: the same"));
    ASSERT_FALSE(planted.refuted.empty());
    EXPECT_LE(planted.refuted.size(), 25U);
    EXPECT_EQ(planted.refuted.back(), "in Bochs    " + fault.command);

    const Boot faulty = boot(typed(planted.command, planted.kernel));
    Expect seen(faulty);
    seen.ends(fault.ending).never_says("PANIC");
    for (const std::string& words : fault.shown) seen.says(words);
}

TEST_P(Counterexample, IsNotSeenWithoutTheFault) {
    const Fault& fault = GetParam();
    const std::string command = fault.command; // that of the other test
    const Boot good = boot(typed(words_of(command), ""));
    Expect(good)
        .ends(Ending::good)
        .never_says("violation")
        .never_says("DIFFERENT")
        .last_line(verdict_pattern);
}

std::string name_of(const testing::TestParamInfo<Fault>& fault) { return fault.param.name; }

INSTANTIATE_TEST_SUITE_P(Of, Counterexample, testing::ValuesIn(faults), name_of);

} // namespace
} // namespace forkproof::boots
