// The booted kernel's first state is read from its memory; a state that is not the model's, or in which an
// invariant does not hold, is refuted in words.
#include "proofs/induction/theorems.hpp"
#include <fmt/ranges.h>
#include <fstream>
#include <gtest/gtest.h>

namespace forkproof::proofs::induction {
namespace {

bool says(const TheoremReport& report, const std::string& words) {
    for (const std::string& line : report.why)
        if (line.find(words) != std::string::npos) return true;
    return false;
}

TheoremReport with_fact(const std::string& what, const std::string& value) {
    BootedState booted{modelled_first_state(), {}};
    booted.state.facts.at(what) = value;
    return holds_at_boot(booted);
}

TEST(FirstState, TheModelsOwnHolds) {
    const TheoremReport report = holds_at_boot({modelled_first_state(), {}});
    EXPECT_EQ(report.outcome, Outcome::proved) << fmt::format("{}", fmt::join(report.why, "\n"));
}

TEST(FirstState, AWrongCountIsRefutedInWords) {
    const TheoremReport report = with_fact("sighand_count(init_sighand)", "2");
    EXPECT_EQ(report.outcome, Outcome::refuted);
    EXPECT_TRUE(
        says(report, "sighand_count(init_sighand): the model starts from 1, the booted kernel from 2"));
    EXPECT_TRUE(says(report, "counts does not hold: every object's count is the number of its holders"));
}

TEST(FirstState, EachWrongFactBreaksWhatSpeaksOfIt) {
    EXPECT_TRUE(says(with_fact("nr_threads", "3"), "thread-count does not hold"));
    EXPECT_TRUE(says(with_fact("fs_root(init_fs)", "nil"), "fs-mnt does not hold"));
    EXPECT_TRUE(says(with_fact("unkillable(init_signal)", "false"), "boot does not hold"));
    EXPECT_TRUE(says(with_fact("processes(init_user)", "2"), "nproc-count does not hold"));
    EXPECT_TRUE(says(with_fact("rt_prio(kthreadd)", "true"), "sched does not hold"));
}

TEST(FirstState, WhatTheModelCannotSayIsRefuted) {
    const TheoremReport report =
        holds_at_boot({modelled_first_state(), {"2 of kind fs live, and 1 are held"}});
    EXPECT_EQ(report.outcome, Outcome::refuted);
    EXPECT_TRUE(says(report, "2 of kind fs live"));
}

/// A boot of the kernel that is built, if there is one.
struct Boot {
    ElfFile file = ElfFile::load("build/kernel.elf");
    Image image{file};
    Layouts layouts{file};
    MemoryDump memory = MemoryDump::load("build/boot.mem");

    [[nodiscard]] TheoremReport judge() const try {
        return holds_at_boot(booted_state(memory, image, layouts));
    } catch (const NotProved& failure) { // as run_theorem does
        TheoremReport report;
        report.outcome = failure.outcome;
        report.why = failure.lines;
        return report;
    }
    /// A word of a task's object, by the names of fields.
    [[nodiscard]] u32 place(const char* type, u32 address, const char* field) const {
        return address + layouts.field(type, field).offset;
    }
    [[nodiscard]] u32 init() const {
        const u32 ns = static_cast<u32>(memory.read(image.symbol("init_pid_ns"), 4));
        return static_cast<u32>(memory.read(place("PidNs", ns, "child_reaper"), 4));
    }
    void add(u32 address, std::uint64_t more) { memory.write(address, 4, memory.read(address, 4) + more); }
};
class BootedKernel : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::ifstream("build/boot.mem") || !std::ifstream("build/kernel.elf"))
            GTEST_SKIP() << "no boot.mem: `make test` makes it";
    }
};

TEST_F(BootedKernel, IsInTheModelsFirstState) {
    const TheoremReport report = Boot().judge();
    EXPECT_EQ(report.outcome, Outcome::proved) << fmt::format("{}", fmt::join(report.why, "\n"));
}

TEST_F(BootedKernel, ACountThatIsPlantedInItsMemoryIsRefuted) {
    Boot boot;
    const u32 sighand = static_cast<u32>(boot.memory.read(boot.place("Task", boot.init(), "sighand"), 4));
    boot.add(boot.place("Sighand", sighand, "count"), 1);
    const TheoremReport report = boot.judge();
    EXPECT_EQ(report.outcome, Outcome::refuted);
    EXPECT_TRUE(
        says(report, "sighand_count(init_sighand): the model starts from 1, the booted kernel from 2"));
    EXPECT_TRUE(says(report, "counts does not hold"));
}

TEST_F(BootedKernel, ACountOfTasksThatIsPlantedIsRefuted) {
    Boot boot;
    boot.add(boot.place("TaskCounts", boot.image.symbol("task_counts"), "nr_threads"), 1);
    EXPECT_TRUE(says(boot.judge(), "thread-count does not hold"));
}

TEST_F(BootedKernel, APointerToNothingIsRefuted) {
    Boot boot;
    boot.memory.write(boot.place("Task", boot.init(), "fs"), 4, 0x1000);
    const TheoremReport report = boot.judge();
    EXPECT_EQ(report.outcome, Outcome::refuted);
    EXPECT_TRUE(says(report, "outside the memory that was kept"));
}

TEST_F(BootedKernel, AnObjectThatIsNotAliveIsRefuted) {
    Boot boot;
    const u32 fs = boot.place("Task", boot.init(), "fs");
    boot.memory.write(fs, 4, boot.memory.read(boot.place("Task", boot.init(), "sighand"), 4));
    EXPECT_EQ(boot.judge().outcome, Outcome::refuted);
}

TEST_F(BootedKernel, AParentThatNobodyListsIsRefuted) {
    Boot boot;
    const u32 children = boot.place("Task", boot.image.symbol("init_task"), "children");
    boot.memory.write(children, 4, children);
    EXPECT_TRUE(says(boot.judge(), "init is in nobody's list of children"));
}

TEST(MemoryOfABoot, ThatIsMissingIsSaid) {
    try {
        (void)MemoryDump::load("build/no-such.mem");
        FAIL();
    } catch (const NotProved& failure) {
        EXPECT_EQ(failure.outcome, Outcome::unknown);
        EXPECT_NE(failure.lines.at(0).find("there is no memory of a boot in build/no-such.mem"),
                  std::string::npos);
    }
}

} // namespace
} // namespace forkproof::proofs::induction
