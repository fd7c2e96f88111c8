// The same static i386 programs on Linux and in Bochs: the same output, byte for byte, and the same exit
// status. On Linux each runs twice with an empty environment: by its absolute path, and as ./NAME in its
// folder.
#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/native.hpp"

namespace forkproof::boots {
namespace {

namespace fs = std::filesystem;

// Every tests/programs/*.c, and of the .cpp those whose answers Linux gives too.
std::vector<std::string> programs() {
    std::vector<std::string> names{"badsyscalls", "threadexec"};
    if (!fs::exists("tests/programs")) return names; // said by boot(): not in the root of the tree
    for (const auto& entry : fs::directory_iterator("tests/programs"))
        if (entry.path().extension() == ".c") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

class OnLinuxToo : public testing::TestWithParam<std::string> {};

TEST_P(OnLinuxToo, SameOutputAndStatus) {
    const fs::path program = fs::absolute(test_program(GetParam()));
    if (!runs_i386())
        GTEST_SKIP() << "this Linux does not run 32-bit i386 programs, so there is nothing to compare with";
    if (::geteuid() != 0)
        GTEST_SKIP() << "not root here: in Bochs the program is root, and may more than it may here";

    const NativeRun absolute = run_here(program, "");
    const NativeRun relative = run_here("./" + GetParam(), program.parent_path());
    if (refused_here(absolute))
        GTEST_SKIP() << "this root may not do what the program does: " << absolute.output;
    EXPECT_EQ(absolute.output, relative.output);
    EXPECT_EQ(absolute.status, relative.status);

    const Boot run = boot({.program = GetParam()});
    Expect(run)
        .program_prints(absolute.output)
        .line(fmt::format("power-off: init, status {}", absolute.status))
        .last_line(verdict_pattern)
        .that(!absolute.output.empty(), "it prints something")
        .never_says("FAILED");
}

INSTANTIATE_TEST_SUITE_P(Programs, OnLinuxToo, testing::ValuesIn(programs()),
                         [](const auto& parameter) { return parameter.param; });

} // namespace
} // namespace forkproof::boots
