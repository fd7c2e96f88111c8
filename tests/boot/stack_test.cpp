// How much of the kernel stack the calls use in Bochs (the word `stacks`), held against what the prover says
// of the same kernel's machine code.
#include <cstdio>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <regex>

#include "tests/boot/expect.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

using Bytes = std::map<std::string, unsigned>; ///< by the call's name

const char* const MEASURED = "kernel stack, most used of 8192 bytes:";

/// "kernel stack, most used of 8192 bytes: fork 944 execve 2364; of all calls 2364 (11)"
Bytes measured(const Boot& run) {
    Bytes bytes;
    for (const auto& line : run.lines) {
        if (line.rfind(MEASURED, 0) != 0) continue;
        const std::string calls =
            line.substr(std::string(MEASURED).size(), line.find(';') - std::string(MEASURED).size());
        static const std::regex one(" ([a-z0-9_]+) ([0-9]+)");
        for (auto at = std::sregex_iterator(calls.begin(), calls.end(), one); at != std::sregex_iterator();
             ++at)
            bytes[(*at)[1]] = static_cast<unsigned>(std::stoul((*at)[2]));
        static const std::regex all("of all calls ([0-9]+) ");
        std::smatch found;
        if (std::regex_search(line, found, all))
            bytes["all calls"] = static_cast<unsigned>(std::stoul(found[1]));
    }
    return bytes;
}

/// What `prove --details stack/` says: lines "fork, measured: 1608 bytes: ...".
Bytes proved() {
    const auto said = own_folder() / "prove.out", complained = own_folder() / "prove.err";
    const int status = execute({.argv = {(build_folder() / "bin/prove").string(), "--kernel",
                                         (build_folder() / "kernel.elf").string(), "--details", "stack"},
                                .output = said.string(),
                                .errors = complained.string()});
    EXPECT_EQ(status, 0) << text_of(said) << text_of(complained);
    Bytes bytes;
    for (const auto& line : lines_of(text_of(said))) {
        static const std::regex call(" *([a-z0-9_]+), measured: ([0-9]+) bytes: .*"),
            deepest(" *the deepest call: ([0-9]+) bytes: .*");
        std::smatch found;
        if (std::regex_match(line, found, call))
            bytes[found[1]] = static_cast<unsigned>(std::stoul(found[2]));
        if (std::regex_match(line, found, deepest))
            bytes["all calls"] = static_cast<unsigned>(std::stoul(found[1]));
    }
    return bytes;
}

Boot measure(const std::string& words, const std::string& program, const std::string& args = "") {
    return boot({.cmdline = "quiet stacks" + words, .program = program, .args = args});
}

// Together these make every process call, with each kind of check, and with a step that fails.
TEST(Stack, IsNeverDeeperInBochsThanProved) {
    Bytes most;
    for (const Boot& run : {measure("", ""), measure(" check=step", ""), measure(" check=off", "clonevm"),
                            measure("", "processes"), measure("", "threadexec"),
                            measure(" fail=pid:2:ENOSPC", "retry", "1 NEWNS NEWUSER NEWPID NEWIPC"),
                            measure(" check=off", "waitpid")}) {
        Expect(run).ends(Ending::good).says(MEASURED);
        for (const auto& [call, bytes] : measured(run)) most[call] = std::max(most[call], bytes);
    }
    const Bytes bounds = proved();
    for (const char* call : {"fork", "vfork", "clone", "exit", "exit_group", "wait4", "waitpid", "waitid",
                             "execve", "all calls"}) {
        ASSERT_TRUE(most.contains(call)) << call << " was never measured";
        ASSERT_TRUE(bounds.contains(call)) << call << " has no bound";
        EXPECT_GT(most[call], 200U) << call << ": less than its own frames need";
        EXPECT_LE(most[call], bounds.at(call)) << call;
        fmt::print("stack: {:<10} {:>5} bytes in Bochs, at most {:>5} proved\n", call, most[call],
                   bounds.at(call));
    }
}

TEST(Stack, IsMeasuredTheSameEachTime) {
    const Boot once = measure("", "processes"), again = measure("", "processes");
    EXPECT_FALSE(measured(once).empty());
    EXPECT_EQ(measured(once), measured(again));
    EXPECT_EQ(once.end_tick, again.end_tick);
}

TEST(Stack, IsNotMeasuredUnlessAskedFor) {
    const Boot run = boot({.cmdline = "quiet", .program = "processes"});
    Expect(run).ends(Ending::good).never_says(MEASURED);
}

// User namespaces nest as deep as there is memory; giving them all back at once must not.
TEST(Stack, HoldsUserNamespacesNestedDeeply) {
    const Boot run = measure(" check=off", "usernest", "1000");
    Expect(run).ends(Ending::good).program_prints("usernest: 1000 user namespaces have come and gone\n");
}

} // namespace
} // namespace forkproof::boots
