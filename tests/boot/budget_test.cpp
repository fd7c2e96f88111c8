// What the calls cost, in ticks, held against the budgets that tests/programs/budget.cpp names.
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

TEST(Budget, IsKept) {
    const Boot run = boot({.cmdline = "check=off", .program = "budget"});
    Expect(run)
        .ends(Ending::good)
        .says("budget: getpid ")
        .says("budget: fork + exit + wait4 ")
        .says("budget: vfork + exit + wait4 ")
        .says("budget: thread-like clone until it returns ")
        .says("budget: each further touched page in fork ")
        .line("budget: all kept")
        .never_says("OVER");
}

TEST(Budget, MeasuresTheSameEachTime) {
    const Boot once = boot({.cmdline = "check=off", .program = "budget"});
    const Boot again = boot({.cmdline = "check=off", .program = "budget"});
    EXPECT_EQ(once.transcript, again.transcript);
    EXPECT_EQ(once.end_tick, again.end_tick);
}

} // namespace
} // namespace forkproof::boots
