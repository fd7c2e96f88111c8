// Random process calls (tests/programs/fuzz.cpp), a few seeds: whatever the tasks do to each other, every
// invariant holds and the machine is switched off in the end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

class Fuzz : public testing::TestWithParam<int> {};

TEST_P(Fuzz, BreaksNothing) {
    const int seed = GetParam();
    const Boot run = boot({.cmdline = fmt::format("quiet max_threads={}", 20 + seed % 3 * 20),
                           .program = "fuzz",
                           .args = std::to_string(seed)});
    Expect(run).never_says("violation").never_says("PANIC").last_line(verdict_pattern);
}

// The same where memory runs out all the time: half-copied address spaces, execs that find no frame, killed
// writers.
TEST(FuzzInFamine, BreaksNothing) {
    for (const int seed : {132, 137}) {
        const Boot run = boot({.cmdline = "quiet max_threads=400 memory=4",
                               .program = "fuzz",
                               .args = std::to_string(seed),
                               .memory = 8});
        Expect(run)
            .says("out of memory: killed pid ")
            .never_says("violation")
            .never_says("PANIC")
            .last_line(verdict_pattern);
    }
}

INSTANTIATE_TEST_SUITE_P(Seed, Fuzz, testing::Range(1, 7));

} // namespace
} // namespace forkproof::boots
