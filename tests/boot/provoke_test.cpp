// Faults planted on purpose (provoke=NAME, kernel/check/provoke.cpp): each invariant notices the corruption
// that is meant for it, and each way in which a run can go wrong ends in words of its own.
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "invariants/privilege.hpp"
#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

// The fault is planted at the third clone: init's, and two of the program's five.
Boot provoke(const std::string& name, const std::string& words = "", std::uint64_t ticks = 0) {
    return boot({.cmdline = fmt::format("provoke={}{}", name, words),
                 .program = "retry",
                 .args = "5",
                 .ticks = ticks});
}

std::vector<std::string> invariant_names() {
    std::vector<std::string> names;
    std::apply([&](const auto&... invariant) { (names.emplace_back(invariant.name), ...); },
               checked_invariants);
    return names;
}

class Planted : public testing::TestWithParam<std::string> {};

TEST_P(Planted, IsNoticed) {
    const Boot run = provoke(GetParam());
    const std::string found = ", " + violated(run) + ",";
    Expect(run)
        .ends(Ending::violation)
        .says(fmt::format("provoke={}: planted now", GetParam()))
        .that(found.find(", " + GetParam() + ",") != std::string::npos, "violated: " + violated(run))
        .says("  tasks:")
        .says("  called from:")
        .never_says("PANIC")
        .never_says("verdict:");
}

INSTANTIATE_TEST_SUITE_P(Each, Planted, testing::ValuesIn(invariant_names()), [](const auto& parameter) {
    std::string name = parameter.param;
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
});

TEST(EndsBadly, Panic) {
    const Boot run = provoke("panic");
    Expect(run)
        .ends(Ending::panic)
        .says("PANIC: provoked")
        .says("  called from:")
        .says("  living objects:")
        .never_says("verdict:")
        .complaint_has("failed: PANIC: provoked");
}

TEST(EndsBadly, KernelPageFault) {
    const Boot run = provoke("page-fault");
    Expect(run).ends(Ending::panic).says("page fault").says("  called from:").never_says("verdict:");
}

// The guard page below the stack turns it into a fault that has a stack of its own.
TEST(EndsBadly, KernelStackOverflow) {
    const Boot run = provoke("stack-overflow");
    Expect(run).ends(Ending::panic).says("PANIC: kernel stack overflow").never_says("verdict:");
}

TEST(EndsBadly, TripleFault) {
    const Boot run = provoke("triple-fault");
    Expect(run).ends(Ending::triple_fault).never_says("verdict:").complains("failed: triple fault");
}

TEST(EndsBadly, Hang) {
    const Boot run = provoke("hang", "", 200'000'000);
    Expect(run)
        .ends(Ending::tick_limit)
        .never_says("verdict:")
        .complains("failed: tick limit 200000000 hit: the run would not end");
}

TEST(EndsBadly, SwitchedOffWithoutVerdict) {
    const Boot run = provoke("no-verdict");
    Expect(run)
        .ends(Ending::no_verdict)
        .never_says("invariants held")
        .complains("failed: no verdict: the machine was switched off and the kernel's last line is not it");
}

// A failed call that leaves something behind: the digests differ, and it is said where.
TEST(EndsBadly, AFailedCallLeavesSomethingBehind) {
    for (const char* step : {"task", "mm", "pid"}) {
        const Boot run = provoke("restored", fmt::format(" fail={}:2", step));
        Expect(run)
            .ends(Ending::violation)
            .says(": DIFFERENT")
            .says("  creds: before ")
            .complaint_has("failed: violation: restored")
            .never_says("verdict:");
    }
}

// A child that shares what its flags did not ask for, although every count is right.
TEST(EndsBadly, AChildSharesTooMuch) {
    const Boot run = provoke("sharing");
    Expect(run)
        .ends(Ending::violation)
        .says("what is shared or not as it should be: files")
        .complains("failed: violation: sharing")
        .never_says("verdict:");
}

// With the checks off nobody looks: the fault is then either survived or ends otherwise, never in a verdict
// that holds.
TEST(EndsBadly, UnnoticedWithTheChecksOff) {
    const Boot run = provoke("nproc-count", " check=off");
    Expect(run).never_says("violation").never_says("invariants held").last_line("verdict: none, .*");
}

} // namespace
} // namespace forkproof::boots
