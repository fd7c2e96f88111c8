// Each step of a fork that can fail is made to fail: the program gets the errno, and the digest of the
// kernel's state before and after the call is equal.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

// The steps that can fail, in their order, and what each fails with by itself.
struct StepRow {
    const char* name;
    const char* usual;
};
constexpr StepRow steps_that_fail[] = {
    {"task", "ENOMEM"},        {"creds", "ENOMEM"},
    {"exec-domain", "EAGAIN"}, {"semundo", "ENOMEM"},
    {"files", "ENOMEM"},       {"fs", "ENOMEM"},
    {"sighand", "ENOMEM"},     {"signal", "ENOMEM"},
    {"mm", "ENOMEM"},          {"namespaces", "ENOMEM"},
    {"io", "ENOMEM"},          {"thread", "ENOMEM"},
    {"pid", "ENOMEM"},         {"proc-mount", "ENOMEM"},
    {"ns-cgroup", "ENOMEM"},   {"signal-check", "ERESTARTNOINTR"},
};
constexpr const char* restart = "ERESTARTNOINTR"; // what signal-check fails with, and no other

void PrintTo(const StepRow& step, std::ostream* out) { *out << step.name; }

// What is cloned: what each step has to release depends on what is shared, copied, or made anew.
struct Call {
    const char* name;
    const char* flags; ///< as retry is told
    const char* words; ///< as kernel and program say it
};
constexpr Call calls[] = {
    {"Fork", "", "SIGCHLD"},
    {"AllShared", "VM FS FILES SIGHAND SYSVSEM IO", "VM | FS | FILES | SIGHAND | SYSVSEM | IO | SIGCHLD"},
    {"Thread", "VM FS FILES SIGHAND THREAD SYSVSEM",
     "VM | FS | FILES | SIGHAND | THREAD | SYSVSEM | CHILD_CLEARTID"},
    {"AllNew", "NEWNS NEWUTS NEWIPC NEWUSER NEWPID NEWNET",
     "NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | SIGCHLD"},
};

void PrintTo(const Call& call, std::ostream* out) { *out << call.words; }

// Init's fork of the program is the first execution of each step, the program's first call the second; but
// init cannot be stopped, so it does not count where signal-check is to fail.
int of_the_programs_first_call(const StepRow& step) {
    return std::string_view(step.usual) == restart ? 1 : 2;
}

Boot fail(const std::string& step, int nth, const char* error, const Call& call, int children) {
    std::string words = fmt::format("quiet fail={}:{}", step, nth);
    if (*error) words += fmt::format(":{}", error);
    return boot({.cmdline = words, .program = "retry", .args = fmt::format("{} {}", children, call.flags)});
}

std::string kernel_line(const std::string& step, int nth, const Call& call, const char* error) {
    return fmt::format("fail={}:{}: clone({}) by pid 3 (program) = -{}", step, nth, call.words, error);
}

class StepFails : public testing::TestWithParam<std::tuple<StepRow, Call>> {};

TEST_P(StepFails, AndNothingIsLeftBehind) {
    const auto& [step, call] = GetParam();
    const bool can_choose = std::string_view(step.usual) != restart;
    const char* error = can_choose ? "ENOSPC" : restart; // an errno that no step has by itself
    const int nth = of_the_programs_first_call(step);
    const Boot run = fail(step.name, nth, can_choose ? error : "", call, 1);
    const std::string answer = fmt::format("retry: clone({}) = ", call.words);
    // A restarted call is made again by the kernel, so the program sees only that it worked.
    const std::string first = can_choose ? fmt::format("{}-{}\n", answer, error) : "";
    Expect(run)
        .ends(Ending::good)
        .line(kernel_line(step.name, nth, call, error))
        .says(": equal, nothing is left behind")
        .program_prints(first + answer + "a child\n")
        .last_line(verdict_pattern);
}

std::string name_of(const testing::TestParamInfo<std::tuple<StepRow, Call>>& parameter) {
    const auto& [step, call] = parameter.param;
    std::string name = fmt::format("{}_{}", step.name, call.name);
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(Each, StepFails,
                         testing::Combine(testing::ValuesIn(steps_that_fail), testing::ValuesIn(calls)),
                         name_of);

// Not said which errno: the step's own.
TEST(AStepFails, WithItsOwnErrno) {
    for (const char* step : {"task", "mm", "pid"}) {
        const Boot run = fail(step, 2, "", calls[0], 1);
        Expect(run)
            .ends(Ending::good)
            .program_prints("retry: clone(SIGCHLD) = -ENOMEM\nretry: clone(SIGCHLD) = a child\n")
            .says("equal, nothing is left behind");
    }
}

TEST(AStepFails, AtALaterExecution) {
    const Boot run = fail("files", 4, "EMFILE", calls[0], 3);
    const std::string child = "retry: clone(SIGCHLD) = a child\n";
    Expect(run)
        .ends(Ending::good)
        .line(kernel_line("files", 4, calls[0], "EMFILE"))
        .program_prints(child + child + "retry: clone(SIGCHLD) = -EMFILE\n" + child);
}

// The first execution is init's own fork. The kernel stays consistent whatever init makes of it.
TEST(AStepFails, InInitsOwnFork) {
    const Boot run = boot({.cmdline = "quiet fail=mm:1:ENFILE", .program = "retry", .args = "1"});
    Expect(run)
        .line("fail=mm:1: clone(SIGCHLD) by pid 1 (init) = -ENFILE")
        .says("equal, nothing is left behind")
        .last_line(verdict_pattern);
}

TEST(AStepFails, WithTheChecksBetweenSteps) {
    for (const char* step : {"task", "signal", "namespaces", "pid"}) {
        const Boot run = boot({.cmdline = fmt::format("quiet check=step fail={}:2:ENOSPC", step),
                               .program = "retry",
                               .args = "1 NEWNS NEWPID NEWUSER"});
        Expect(run).ends(Ending::good).says("equal, nothing is left behind").last_line(verdict_pattern);
    }
}

// The descriptor of CLONE_SETTLS lies in a page that nobody has touched before: that it comes into being is
// allowed_residue.
TEST(AStepFails, AfterReadingAPageThatNobodyHasTouched) {
    for (const char* step : {"thread", "pid"}) {
        const Boot run = boot({.cmdline = fmt::format("quiet fail={}:2", step), .program = "settls"});
        Expect(run)
            .ends(Ending::good)
            .line(fmt::format("fail={}:2: clone(SETTLS | SIGCHLD) by pid 3 (program) = -ENOMEM", step))
            .says(": equal, nothing is left behind")
            .program_prints("settls: -12, then a child that exits with 5\n");
    }
}

// A failure that cannot be made is refused in words, never ignored.
struct BadRequest {
    const char* words;
    const char* said;
};
constexpr const char* list =
    ". Steps that can fail: task creds exec-domain semundo files fs sighand signal mm "
    "namespaces io thread pid proc-mount ns-cgroup signal-check; or each, or nth";

TEST(FailRequest, IsRefused) {
    const BadRequest requests[] = {
        {"fail=nosuch", "fail=nosuch: there is no such step"},
        {"fail=sched", "fail=sched: this step cannot fail"},
        {"fail=signal-check:1:ENOMEM", "fail=signal-check: this step fails with ERESTARTNOINTR only"},
    };
    for (const auto& request : requests) {
        const Boot run = boot({.cmdline = request.words, .program = "retry", .args = "1"});
        Expect(run)
            .ends(Ending::panic)
            .line(std::string(request.said) + list)
            .says("PANIC: the command line asks for a failure that cannot be made")
            .never_says("verdict:");
    }
}

TEST(FailRequest, ThatIsNeverReachedIsNoSuccess) {
    const Boot run = boot({.cmdline = "quiet fail=mm:1000", .program = "retry", .args = "1"});
    Expect(run)
        .ends(Ending::no_verdict)
        .says("fail=mm:1000: the step was executed 2 times only, so nothing has failed")
        .never_says("verdict:")
        .complaint_has("failed: no verdict: ");
}

TEST(FailRequest, NeedsAnErrnoThatExists) {
    const Boot run = boot({.cmdline = "fail=mm:1:EWRONG", .program = "retry", .args = "1"});
    Expect(run)
        .ends(Ending::panic)
        .says("command line: unknown errno: 'EWRONG'; known: ")
        .never_says("verdict:");
}

} // namespace
} // namespace forkproof::boots
