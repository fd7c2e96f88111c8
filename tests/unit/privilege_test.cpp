// used_privilege, from which do_fork sets PF_SUPERPRIV: true exactly if a capability test was made and
// succeeded. The oracle says it without following the code: which tests are reached depends only on the rule
// that decides.
#include "kernel/fork/verdict.hpp"
#include "tests/unit/contexts.hpp"
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

bool privilege_was_used(std::uint32_t flags, const VerdictContext& c, RuleSet in_force, RuleId decided_by) {
    auto reached = [&](RuleId rule) { return in_force.has(rule) && decided_by >= rule; };
    // each test begins with CAP_SYS_ADMIN; where that fails, newuser-caps and new-caps ask no further
    const bool asked_admin = (reached(RuleId::newuser_caps) && (flags & CLONE_NEWUSER)) ||
                             (reached(RuleId::nproc) && c.nproc_reached) ||
                             (reached(RuleId::new_caps) && (flags & NSPROXY_FLAGS));
    const bool asked_resource = reached(RuleId::nproc) && c.nproc_reached && !c.cap_sys_admin;
    return (asked_admin && c.cap_sys_admin) || (asked_resource && c.cap_sys_resource);
}

TEST(UsedPrivilege, IsReportedExactlyWhenACapabilityTestSucceeded) {
    std::vector<RuleSet> sets;
    for (const Profile& profile : profiles) {
        sets.push_back(profile.rules);
        for (int rule = 0; rule < RULE_COUNT; rule++)
            sets.push_back(profile.rules.without(static_cast<RuleId>(rule)));
    }
    unsigned used = 0, unused = 0;
    for (const NamedContext& named : all_contexts())
        for (const RuleSet in_force : sets)
            for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
                const std::uint32_t flags = twelve_word(n);
                const Verdict answer = verdict(flags, named.context, in_force);
                const RuleId decided_by = first_refusal(PlainView{flags, named.context}, in_force);
                const bool expected = privilege_was_used(flags, named.context, in_force, decided_by);
                ASSERT_EQ(answer.used_privilege, expected)
                    << named.name << std::hex << ", flags " << flags << ", rules " << in_force.bits();
                (expected ? used : unused)++;
            }
    EXPECT_GT(used, 0U);
    EXPECT_GT(unused, 0U);
}

TEST(UsedPrivilege, APlainForkOfRootUsesNone) {
    VerdictContext root;
    root.cap_sys_admin = root.cap_setuid = root.cap_setgid = root.cap_sys_resource = true;
    EXPECT_FALSE(verdict(17, root, profile_default).used_privilege); // SIGCHLD
    root.nproc_reached = true;
    EXPECT_TRUE(verdict(17, root, profile_default).used_privilege);
}

TEST(UsedPrivilege, AFailedCallMayHaveUsedSome) {
    VerdictContext nearly;
    nearly.cap_sys_admin = true;
    const Verdict answer = verdict(CLONE_NEWUSER, nearly, profile_default);
    EXPECT_EQ(answer.error, Errno::EPERM);
    EXPECT_TRUE(answer.used_privilege);
}

} // namespace
} // namespace forkproof::tests
