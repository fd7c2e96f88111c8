// The same static i386 programs on Linux and in Bochs: the same output, byte for byte, and the same exit
// status. On Linux each runs twice with an empty environment: by its absolute path, and as ./NAME in its
// folder.
#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/process.hpp"

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

// Only one native run at a time on this machine: some count the processes of user nobody.
class OneAtATime {
  public:
    OneAtATime() : file_(::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        ::flock(file_, LOCK_EX);
    }
    ~OneAtATime() { ::close(file_); }
    OneAtATime(const OneAtATime&) = delete;
    OneAtATime& operator=(const OneAtATime&) = delete;

  private:
    static std::string path() { return fs::temp_directory_path() / "forkproof-native-tests.lock"; }
    int file_;
};

struct Result {
    int status;
    std::string output;
};

Result run_here(const std::string& name, const std::string& folder) {
    const OneAtATime turn;
    const std::string output = own_folder() / "native";
    const int status = execute({.argv = {name},
                                .folder = folder,
                                .empty_environment = true,
                                .output = output,
                                .errors = own_folder() / "native-errors"});
    return {status, text_of(output)};
}

class OnLinuxToo : public testing::TestWithParam<std::string> {};

TEST_P(OnLinuxToo, SameOutputAndStatus) {
    const fs::path program = fs::absolute(test_program(GetParam()));
    if (run_here(test_program("hello"), "").status == cannot_execute)
        GTEST_SKIP() << "this Linux does not run 32-bit i386 programs, so there is nothing to compare with";
    if (::geteuid() != 0)
        GTEST_SKIP() << "not root here: in Bochs the program is root, and may more than it may here";

    const Result absolute = run_here(program, "");
    const Result relative = run_here("./" + GetParam(), program.parent_path());
    if (absolute.output.find("refused here: ") != std::string::npos)
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
