// FAIL=each and FAIL=nth: every call that makes a task fails in every way before it works, and nothing is
// left behind; and provoke=leaks: had something been left, the digest would have noticed.
#include <map>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"
#include "tests/boot/planted.hpp"

namespace forkproof::boots {
namespace {

/// A line of the table: "  files  failures tried  67, digests equal  67, leaks 0".
struct Row {
    int tried = 0, good = 0, leaks = 0;
};

std::map<std::string, Row> rows_of(const Boot& run) {
    static const std::regex form(R"(  (\S.*\S) +failures tried +(\d+), [a-z ]+ +(\d+), leaks (\d+))");
    std::map<std::string, Row> rows;
    for (const std::string& line : run.lines) {
        std::smatch m;
        if (!std::regex_match(line, m, form)) continue;
        std::string name = m[1];
        name.erase(name.find_last_not_of(' ') + 1);
        rows[name] = {std::stoi(m[2]), std::stoi(m[3]), std::stoi(m[4])};
    }
    return rows;
}

int sum_of_tried(const std::map<std::string, Row>& rows) {
    int sum = 0;
    for (const auto& [name, row] : rows) sum += row.tried;
    return sum;
}

/// Every row is without a leak, and the last line adds them up.
void expect_nothing_left(const Boot& run, const std::string& mode) {
    const auto rows = rows_of(run);
    for (const auto& [name, row] : rows) {
        EXPECT_EQ(row.tried, row.good) << name;
        EXPECT_EQ(row.leaks, 0) << name;
    }
    const int sum = sum_of_tried(rows);
    Expect(run)
        .ends(Ending::good)
        .line(
            fmt::format("fail={}: {} failures, {} left everything as it should be, leaks 0", mode, sum, sum))
        .line("failing: plain processes: every call worked at last")
        .line("failing: a process that has nearly all: every call worked at last")
        .line("failing: a thread of such a one: every call worked at last")
        .last_line(verdict_pattern);
}

// Fork, vfork and clone with each word, by three kinds of callers; so each step fails as often, at the least.
constexpr int CALLS = 3 * (2 + 14);
struct StepRow {
    const char* name;
    bool allocates; ///< in some call
};
constexpr StepRow steps_that_fail[] = {
    {"task", true},  {"creds", true},      {"exec-domain", false}, {"semundo", true},
    {"files", true}, {"fs", true},         {"sighand", true},      {"signal", true},
    {"mm", true},    {"namespaces", true}, {"io", true},           {"thread", true},
    {"pid", true},   {"proc-mount", true}, {"ns-cgroup", true},    {"signal-check", false},
};

TEST(FailEach, EveryStepFailsInEveryCallAndNothingIsLeftBehind) {
    const Boot run = boot({.cmdline = "quiet fail=each"});
    const auto rows = rows_of(run);
    for (const StepRow& step : steps_that_fail) {
        ASSERT_TRUE(rows.contains(step.name)) << step.name;
        EXPECT_GE(rows.at(step.name).tried, CALLS) << step.name;
    }
    expect_nothing_left(run, "each");
}

TEST(FailNth, EveryAllocationFailsAndNothingIsLeftBehind) {
    const Boot run = boot({.cmdline = "quiet fail=nth"});
    const auto rows = rows_of(run);
    for (const StepRow& step : steps_that_fail)
        EXPECT_EQ(rows.contains(step.name), step.allocates) << step.name;
    for (const char* place : {"mm", "after publish", "execve", "after execve", "pipe"})
        ASSERT_TRUE(rows.contains(place)) << place;
    // Memory runs out half-way through copying an address space: more than once in each of these calls.
    EXPECT_GE(rows.at("mm").tried, 2 * CALLS);
    // A pipe: its object, two files, the page that it is told in; once more with a table that has to grow.
    EXPECT_EQ(rows.at("pipe").tried, 4 + 5 + 1);
    expect_nothing_left(run, "nth");
    Expect(run).line("failing: pipe and execve: worked at last");
}

// What is left behind after a failure is named, with the call.
TEST(FailEach, NamesWhatIsLeftBehind) {
    for (const char* mode : {"each", "nth"}) {
        const Boot run = boot({.cmdline = fmt::format("quiet provoke=restored fail={}", mode)});
        Expect(run)
            .ends(Ending::violation)
            .says("  creds: before ")
            .line("a failure of task leaves something behind; so far:")
            .line("violation: restored: a failed call leaves the state as it was")
            .says("  after clone(SIGCHLD) by pid ")
            .never_says("verdict:");
    }
}

/// A release that does nothing, in a kernel of its own.
struct Fault {
    const char* mutant;  ///< in tests/mutants
    const char* theorem; ///< that refutes it
    const char* mode;
    const char* place; ///< where the failure fell
    const char* part;  ///< of the state
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.mutant; }

class FailFinds : public testing::TestWithParam<Fault> {};

TEST_P(FailFinds, AForgottenRelease) {
    const Fault& fault = GetParam();
    const Planted planted = plant(fault.mutant, fault.theorem);
    const Boot run = boot({.cmdline = fmt::format("quiet fail={}", fault.mode), .kernel = planted.kernel});
    Expect(run)
        .ends(Ending::violation)
        .line(fmt::format("a failure of {} leaves something behind; so far:", fault.place))
        .says(fmt::format("  {}: ", fault.part))
        .line("violation: restored: a failed call leaves the state as it was");
}

INSTANTIATE_TEST_SUITE_P(Each, FailFinds,
                         testing::Values(Fault{"files-kept", "steps/files", "each", "fs", "files"},
                                         Fault{"mm-copy-failure-keeps-half", "steps/mm", "nth", "mm", "mm"}),
                         [](const auto& fault) {
                             std::string name = fault.param.mutant;
                             for (char& c : name)
                                 if (c == '-') c = '_';
                             return name;
                         });

// A program that gives up leaves ways to fail untried: that is no success.
TEST(FailEach, IsNoSuccessIfAProgramGivesUp) {
    const Boot run = boot({.cmdline = "quiet fail=each", .program = "retry", .args = "1"});
    Expect(run)
        .ends(Ending::no_verdict)
        .line("  of 1 calls 1 were given up before they worked")
        .line("  step pid never failed")
        .never_says("verdict:");
}

TEST(FailEach, TakesNoNumber) {
    for (const char* words : {"fail=each:2", "fail=nth:1:ENOMEM"})
        Expect(boot({.cmdline = words}))
            .ends(Ending::panic)
            .says("it takes no number and no errno, as it goes through them all. Steps that can fail: task ")
            .says("PANIC: the command line asks for a failure that cannot be made");
}

// Fields of all that a task holds, one after the other, as a forgotten release would leave them.
TEST(PlantedLeaks, EachChangesTheDigestAndWhatIsAllowedDoesNot) {
    const Boot run = boot({.cmdline = "quiet provoke=leaks"});
    static const std::regex noticed(R"(  (\S.*\S) +noticed in( [a-z]+)+)"),
        allowed(R"(  (\S.*\S) +not noticed, as is allowed)");
    std::vector<std::string> leaks, residues;
    for (const std::string& line : run.lines) {
        std::smatch m;
        if (std::regex_match(line, m, noticed)) leaks.push_back(m[1]);
        if (std::regex_match(line, m, allowed)) residues.push_back(m[1]);
    }
    EXPECT_GE(leaks.size(), 20U);
    EXPECT_GE(residues.size(), 5U);
    Expect(run)
        .ends(Ending::good)
        .line(fmt::format("provoke=leaks: {} leaks and {} residues planted, {} as they should be",
                          leaks.size(), residues.size(), leaks.size() + residues.size()))
        .says("  user->processes                    noticed in creds")
        .says("  a number taken                     noticed in pids")
        .says("  last_pid                           not noticed, as is allowed")
        .never_says("WRONG")
        .last_line(verdict_pattern);
}

} // namespace
} // namespace forkproof::boots
