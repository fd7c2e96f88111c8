// The kernel's verdict against the rule table read as a function, and against a second transcription of the
// listing.
#include "invariants/rules.hpp"
#include "kernel/fork/verdict.hpp"
#include "tests/unit/contexts.hpp"
#include "tests/unit/listing_oracle.hpp"
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

Errno specified_errno(RuleId rule, const VerdictContext& context) {
    if (rule == RuleId::none) return Errno::OK;
    return rule == RuleId::security ? static_cast<Errno>(context.security_errno)
                                    : rule_texts[rule].errno_value;
}

/// Says which call differs; compares once more by value only after the cheap test failed.
bool agrees(std::uint32_t flags, const VerdictContext& context, RuleSet in_force) {
    const Verdict answer = verdict(flags, context, in_force);
    const RuleId expected = first_refusal(PlainView{flags, context}, in_force);
    return answer.refused_by == expected && answer.error == specified_errno(expected, context);
}

std::vector<RuleSet> sets_with_each_rule_off() {
    std::vector<RuleSet> sets{RuleSet(), RuleSet((1U << RULE_COUNT) - 1)};
    for (const Profile& profile : profiles) {
        sets.push_back(profile.rules);
        for (int rule = 0; rule < RULE_COUNT; rule++)
            sets.push_back(profile.rules.without(static_cast<RuleId>(rule)));
    }
    return sets;
}

TEST(Verdict, AgreesWithTheTableOnTheTwelveFlagsInEveryContextWithEachRuleOff) {
    const std::vector<RuleSet> sets = sets_with_each_rule_off();
    for (const NamedContext& named : all_contexts())
        for (const RuleSet in_force : sets)
            for (std::uint32_t n = 0; n < TWELVE_WORDS; n++)
                ASSERT_TRUE(agrees(twelve_word(n), named.context, in_force))
                    << named.name << std::hex << ", flags " << twelve_word(n) << ", rules "
                    << in_force.bits();
}

TEST(Verdict, AgreesWithTheTableOnEveryWordOfKnownFlagsInTheEight) {
    ASSERT_EQ(std::size(flag_names), 23U);
    for (const NamedContext& named : the_eight())
        for (std::uint32_t n = 0; n < 1U << 23; n++) {
            // the known flags are bits 8..11 and 13..31
            const std::uint32_t flags = (n & 0xf) << 8 | n >> 4 << 13;
            ASSERT_TRUE(agrees(flags, named.context, profile_default))
                << named.name << std::hex << " " << flags;
        }
}

TEST(Verdict, AgreesWithTheTableForEverySetOfRulesOnSampledCalls) {
    const std::vector<NamedContext> contexts = all_contexts();
    std::uint32_t random =
        0x2633; // any number but 0 will do: xorshift32 (Marsaglia 2003), the same in every run
    auto next = [&] {
        random ^= random << 13;
        random ^= random >> 17;
        return random ^= random << 5;
    };
    for (std::uint32_t set = 0; set < 1U << RULE_COUNT; set++)
        for (int i = 0; i < 16; i++) {
            const NamedContext& named = contexts[next() % contexts.size()];
            const std::uint32_t flags = next();
            ASSERT_TRUE(agrees(flags, named.context, RuleSet(set)))
                << named.name << std::hex << ", flags " << flags << ", rules " << set;
        }
}

TEST(Verdict, IgnoresExitSignalAndUnknownBit) {
    for (const NamedContext& named : all_contexts())
        for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
            const Verdict plain = verdict(twelve_word(n), named.context, profile_default);
            for (const std::uint32_t noise :
                 {0x000000ffU, 0x00000011U, 0x00001000U, 0x00400000U, 0x82f874ffU}) {
                const Verdict noisy = verdict(twelve_word(n) | noise, named.context, profile_default);
                ASSERT_EQ(noisy.refused_by, plain.refused_by);
                ASSERT_EQ(noisy.error, plain.error);
                ASSERT_EQ(noisy.used_privilege, plain.used_privilege);
            }
        }
}

TEST(Verdict, AgreesWithASecondTranscriptionOfTheListing) {
    for (const NamedContext& named : all_contexts())
        for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
            const std::uint32_t flags = twelve_word(n);
            ListingCaller caller(flags, named.context);
            const int expected = caller.clone();
            const Verdict answer = verdict(flags, named.context, profile_linux_2_6_33);
            ASSERT_EQ(-static_cast<int>(answer.error), expected)
                << named.name << std::hex << ", flags " << flags;
            ASSERT_EQ(answer.used_privilege, caller.used_privilege())
                << named.name << std::hex << " " << flags;
        }
}

TEST(Verdict, PassesTheHooksErrnoThroughWhateverItIs) {
    for (const int error : {1, 2, 13, 516, MAX_ERRNO}) {
        VerdictContext context;
        context.security_errno = error;
        const Verdict answer = verdict(0, context, profile_default);
        EXPECT_EQ(answer.refused_by, RuleId::security);
        EXPECT_EQ(static_cast<int>(answer.error), error);
    }
}

TEST(Verdict, PrecedenceThatProgramsCanSee) {
    const VerdictContext nobody;
    VerdictContext root;
    root.cap_sys_admin = root.cap_setuid = root.cap_setgid = true;
    auto error = [](std::uint32_t flags, const VerdictContext& c) {
        return verdict(flags, c, profile_default).error;
    };
    EXPECT_EQ(error(CLONE_NEWUSER | CLONE_NEWNS | CLONE_FS, nobody), Errno::EPERM);
    EXPECT_EQ(error(CLONE_NEWUSER | CLONE_NEWNS | CLONE_FS, root), Errno::EINVAL);
    EXPECT_EQ(error(CLONE_NEWUSER | CLONE_THREAD, nobody), Errno::EINVAL);
    EXPECT_EQ(error(CLONE_NEWIPC | CLONE_SYSVSEM, nobody), Errno::EPERM);
    EXPECT_EQ(error(CLONE_NEWIPC | CLONE_SYSVSEM, root), Errno::EINVAL);
    EXPECT_EQ(error(CLONE_NEWPID | CLONE_PARENT, nobody), Errno::EPERM);
    EXPECT_EQ(error(CLONE_NEWPID | CLONE_PARENT, root), Errno::EINVAL);
}

} // namespace
} // namespace forkproof::tests
