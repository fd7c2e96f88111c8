// What a counterexample says to type: words that make, the kernel and user/clone.cpp understand.
#include <gtest/gtest.h>

#include "invariants/flags.hpp"
#include "proofs/world/in_bochs.hpp"

namespace forkproof::proofs {
namespace {

constexpr std::uint32_t CHILD = 17, OTHER_SIGNAL = 10, UNKNOWN_BIT = 1U << 12; // SIGCHLD, SIGUSR1

TEST(InBochs, ACallNamesItsFlags) {
    EXPECT_EQ(clone_command(CHILD), R"(make run PROGRAM=build/user/clone ARGS="SIGCHLD")");
    EXPECT_EQ(clone_command(CLONE_NEWNS | CLONE_FS | CHILD),
              R"(make run PROGRAM=build/user/clone ARGS="FS NEWNS SIGCHLD")");
}

TEST(InBochs, BitsWithoutANameAreANumber) {
    EXPECT_EQ(clone_command(CLONE_VM | UNKNOWN_BIT | OTHER_SIGNAL),
              R"(make run PROGRAM=build/user/clone ARGS="VM 0x100a")");
}

// Each step is executed once in init's fork of the program; but a signal never stops init.
TEST(InBochs, TheProgramsCallIsWhatFails) {
    EXPECT_EQ(clone_command(CHILD, "fs"), R"(make run FAIL=fs:2 PROGRAM=build/user/clone ARGS="SIGCHLD")");
    EXPECT_EQ(clone_command(CHILD, "fs:EPERM"),
              R"(make run FAIL=fs:2:EPERM PROGRAM=build/user/clone ARGS="SIGCHLD")");
    EXPECT_EQ(clone_command(CHILD, "signal-check"),
              R"(make run FAIL=signal-check:1 PROGRAM=build/user/clone ARGS="SIGCHLD")");
}

TEST(InBochs, OfTwoCallsTheSecondFails) {
    EXPECT_EQ(clone_command(CLONE_SYSVSEM | CHILD, "files", "twice "),
              R"(make run FAIL=files:3 PROGRAM=build/user/clone ARGS="twice SYSVSEM SIGCHLD")");
}

TEST(InBochs, AnotherCallerIsTheWitnessOfARule) {
    EXPECT_EQ(refusal_command(RuleId::nproc), "make break RULE=nproc IN_FORCE=1");
    EXPECT_EQ(refusal_command(RuleId::security), ""); // no policy is loaded
}

TEST(InBochs, RootIsRefusedWhatTheRulesRefuse) {
    EXPECT_EQ(refused_in_boot(CHILD), RuleId::none);
    EXPECT_EQ(refused_in_boot(CLONE_NEWUSER | CLONE_NEWNET | CHILD), RuleId::none);
    EXPECT_EQ(refused_in_boot(CLONE_FS | CLONE_NEWNS), RuleId::newns_fs);
}

} // namespace
} // namespace forkproof::proofs
