// Programs of all manners: good ones, and each way to misbehave that the kernel must survive.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

TEST(Program, ThatFaultsDiesAlone) {
    const Boot run = boot({.program = "fault"});
    Expect(run)
        .ends(Ending::program_killed)
        .program_prints("fault: writing to address 0\n")
        .line("power-off: init, status 139")
        .last_line(verdict_pattern)
        .complains("failed: program killed by signal 11 (SIGSEGV)");
}

TEST(Program, ThatLoopsEndsAtTheTickLimit) {
    const Boot run = boot({.program = "loop", .ticks = 200'000'000});
    Expect(run)
        .ends(Ending::tick_limit)
        .program_prints("loop: for ever\n")
        .never_says("verdict:")
        .complains("failed: tick limit 200000000 hit: the run would not end")
        .that(run.end_tick == 200'000'000, fmt::format("ended at tick {}", run.end_tick));
}

TEST(Program, ThatBombsIsHeldByItsLimit) {
    const Boot run = boot({.program = "forkbomb"});
    Expect(run)
        .ends(Ending::good)
        .program_prints("forkbomb: limit 24: 24 processes, 24 of them met EAGAIN, 0 another error\n"
                        "forkbomb: all have exited\n")
        .last_line(verdict_pattern);
}

// max_threads binds root too. Init, kthreadd and the program are three of the 24.
TEST(Program, ThatWantsAllThreadsIsHeldByMaxThreads) {
    const Boot run = boot({.cmdline = "max_threads=24", .program = "maxthreads"});
    Expect(run)
        .ends(Ending::good)
        .program_prints("maxthreads: 21 children, then -EAGAIN\n"
                        "maxthreads: 21 reaped, and there is room again\n")
        .last_line(verdict_pattern);
}

TEST(Program, SeesTheRulesOfLinux61) {
    Expect(boot({.cmdline = "rules=linux-6.1", .program = "linux61"}))
        .ends(Ending::good)
        .says("linux61: root, clone(PARENT | NEWPID) = a child")
        .says("linux61: nobody, clone(NEWUSER | NEWNET) = a child")
        .says("linux61: root of its own namespace, sethostname = -EPERM")
        .says("linux61: all as linux-6.1 says")
        .last_line(verdict_pattern);
    // With the rules that this kernel boots with the program says that they are others.
    Expect(boot({.program = "linux61"}))
        .ends(Ending::program_failed)
        .says("linux61: nobody, clone(NEWUSER) = -EPERM  FAILED");
}

TEST(Program, ThatAsksForWhatThePolicyDeniesGetsItsErrno) {
    Expect(boot({.cmdline = "lsm=NEWPID,VFORK:ENOSPC", .program = "lsm"}))
        .ends(Ending::good)
        .says("lsm: nobody, clone(NEWPID) = -ENOSPC")
        .says("lsm: as the policy says")
        .last_line(verdict_pattern);
    // Without the policy the program says that it is not there.
    Expect(boot({.program = "lsm"}))
        .ends(Ending::program_failed)
        .says("lsm: root, clone(NEWPID) = a child  FAILED");
}

// Of a failed clone with new namespaces no group stays behind (defect B5 of the listing).
TEST(Program, ThatMakesGroupsKeepsNoneOfAFailedClone) {
    for (const char* fail : {"ns-cgroup:2", "signal-check:1"})
        Expect(boot({.cmdline = fmt::format("fail={}", fail), .program = "cgroups", .args = "fail"}))
            .ends(Ending::good)
            .says(": equal, nothing is left behind")
            .says("cgroups: of the first there is no group")
            .never_says("FAILED")
            .last_line(verdict_pattern);
}

// CLONE_STOPPED: logged, but not more than ten times in five seconds.
TEST(Program, ThatClonesStoppedIsLogged) {
    const Boot run = boot({.program = "stopped"});
    const std::string line = "fork: process `program' used the deprecated clone flag STOPPED (0x2000000)\n";
    std::size_t lines = 0;
    for (std::size_t at = run.transcript.find(line); at != std::string::npos;
         at = run.transcript.find(line, at + 1))
        lines++;
    Expect(run)
        .ends(Ending::good)
        .program_prints("stopped: ran before SIGCONT no, then exited with 5\nstopped: 12 children\n")
        .that(lines == 10, fmt::format("{} lines about STOPPED", lines))
        .last_line(verdict_pattern);
}

// Nobody can wake anybody: said at once, instead of waiting for the tick limit.
TEST(Program, ThatSleepsForEverIsADeadlock) {
    const Boot run = boot({.program = "sleepforever"});
    Expect(run)
        .ends(Ending::panic)
        .says("PANIC: deadlock: every task sleeps, and nothing can wake one")
        .never_says("verdict:");
}

// The writer to a copy-on-write page is killed when memory is out; init lives, and all comes back.
TEST(Program, ThatEatsAllMemoryIsKilledAndAllComesBack) {
    const Boot run = boot({.program = "oom", .memory = 16});
    Expect(run)
        .ends(Ending::good)
        .says("out of memory: killed pid ")
        .never_says("killed pid 1 ")
        .line("oom: all memory is back")
        .line("power-off: init, status 0")
        .last_line(verdict_pattern);
}

// It prints verdict lines, plain and framed, and tries the kernel's own port.
TEST(Program, ThatPrintsAVerdictFoolsNobody) {
    const std::string plain = "power-off: init, status 0\nverdict: all 99 invariants held over 9 checks\n";
    const std::string framed = "\x02K"
                               "power-off: init, status 0\n\x03"
                               "\x02K"
                               "verdict: all 99 invariants held over 9 checks\n\x03\n";
    const Boot run = boot({.program = "falseverdict"});
    Expect(run)
        .ends(Ending::program_failed)
        .program_prints(plain + framed + "falseverdict: port 0xe9: SIGSEGV\n" + framed + plain)
        .complains("failed: program exited with status 1")
        .line("power-off: init, status 1")
        .last_line(verdict_pattern)
        .that(run.lines.empty() || run.lines.back().find(" 99 ") == std::string::npos,
              "the last verdict is the kernel's");
}

// A verdict on the screen does not help a run that has none.
TEST(Program, ThatPrintsAVerdictDoesNotReplaceTheKernels) {
    const Boot run = boot({.cmdline = "fail=mm:1000", .program = "falseverdict"});
    Expect(run).ends(Ending::no_verdict).complaint_has("failed: no verdict");
}

TEST(Program, ThatDoesNotExistIsSaidByInit) {
    const Boot run = boot({.cmdline = "program=/nowhere"});
    Expect(run)
        .ends(Ending::program_failed)
        .line("init: cannot run /nowhere: -ENOENT (no such file in the initrd)")
        .line("power-off: init, status 127")
        .last_line(verdict_pattern)
        .complains("failed: program exited with status 127");
}

TEST(Program, ExitStatusIsTheRuns) {
    const Boot run = boot({.program = "retry", .args = "none"});
    Expect(run)
        .ends(Ending::program_failed)
        .line("usage: retry CHILDREN [FLAG...]     1 to 9 children")
        .complains("failed: program exited with status 2");
}

TEST(Program, GetsItsArguments) {
    const Boot run = boot({.program = "environment", .args = "--show one two"});
    Expect(run)
        .ends(Ending::program_failed) // it exits with the number of its arguments
        .line("argument 1: [one]")
        .line("argument 2: [two]")
        .complains("failed: program exited with status 2");
}

// ---- Refused before boot
// --------------------------------------------------------------------------------------------

struct NoProgram {
    std::string file;
    std::string reason;
};

TEST(NoProgram, IsRefusedBeforeBoot) {
    const auto made = [](const char* name, const std::string& text) {
        const auto file = own_folder() / name;
        write_text(file, text);
        return file.string();
    };
    const std::string whole = text_of(test_program("hello"));
    const NoProgram files[] = {
        {made("empty", ""), "an empty file"},
        {made("script", "#!/bin/sh\necho hello\n"), "a script"},
        {made("text", "hello\n"), "not an ELF file"},
        {made("cut", whole.substr(0, 40)), "an ELF file cut short"},
        {made("half", whole.substr(0, whole.size() / 2)),
         "an ELF file cut short (a segment ends behind the file)"},
        {"/proc/self/exe", "ELF64 x86-64"},
        {(build_folder() / "obj/tests/programs/fault.cpp.o").string(), "an object file (not linked yet)"},
    };
    for (const auto& no : files) {
        const Boot run = boot({.more = {"--program=" + no.file}});
        Expect(run)
            .ends(Ending::refused)
            .complains(fmt::format(
                "refused: {}: {}; a static i386 ELF executable is needed; build one with: gcc -m32 "
                "-static -o hello hello.c",
                no.file, no.reason))
            .that(run.transcript.empty() && run.end_tick == 0, "nothing was booted");
    }
    const Boot none = boot({.more = {"--program=/no/such/file"}});
    Expect(none)
        .ends(Ending::refused)
        .complains("refused: cannot read /no/such/file: No such file or directory");
}

} // namespace
} // namespace forkproof::boots
