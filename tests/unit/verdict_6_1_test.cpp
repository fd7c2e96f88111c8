// The verdict of rules=linux-6.1 against the rows of both tables, read as a function in the order of their
// ranks.
#include "invariants/later_rules.hpp"
#include "kernel/fork/verdict_6_1.hpp"
#include "tests/unit/contexts.hpp"
#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

struct Row {
    int rank;
    RuleId id;
    Errno error;
    std::function<bool(PlainView)> holds;
};

std::vector<Row> rows() {
    std::vector<Row> all;
    auto add = [&](const auto&... row) {
        ((row.kind == RuleKind::effect ? void()
                                       : all.push_back({row.rank, row.id, row.errno_value, row.condition})),
         ...);
    };
    std::apply(add, rules);
    std::apply(add, later_rules);
    std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.rank < b.rank; });
    return all;
}

struct Answer {
    RuleId rule = RuleId::none;
    Errno error = Errno::OK;
};

Answer specified(std::uint32_t flags, const VerdictContext& context, RuleSet in_force) {
    static const std::vector<Row> all = rows();
    for (const Row& row : all) {
        if (!in_force.has(row.id) || !row.holds(PlainView{flags, context})) continue;
        const bool hook = row.id == RuleId::security;
        return {row.id, hook ? static_cast<Errno>(context.security_errno) : row.error};
    }
    return {};
}

/// The twelve flags that rules read, and the four that 6.1's read besides.
constexpr std::uint32_t more_flags[] = {CLONE_PIDFD, CLONE_NEWCGROUP, CLONE_DETACHED, CLONE_PARENT_SETTID};
constexpr std::uint32_t MORE_WORDS = 1U << 4;

std::uint32_t more_word(std::uint32_t n) {
    std::uint32_t flags = 0;
    for (std::uint32_t i = 0; i < 4; i++)
        if (n >> i & 1) flags |= more_flags[i];
    return flags;
}

TEST(Verdict61, AgreesWithTheRowsInEveryContextWithEachRuleOff) {
    const RuleSet full = profile_linux_6_1.rules;
    std::vector<RuleSet> sets{full};
    for (int i = 0; i < static_cast<int>(RuleId::end); i++)
        if (full.has(static_cast<RuleId>(i))) sets.push_back(full.without(static_cast<RuleId>(i)));
    EXPECT_EQ(sets.size(), 1U + 17U);
    for (const NamedContext& named : all_contexts())
        for (const RuleSet in_force : sets)
            for (std::uint32_t n = 0; n < TWELVE_WORDS * MORE_WORDS; n += in_force == full ? 1 : 7) {
                const std::uint32_t flags = twelve_word(n / MORE_WORDS) | more_word(n % MORE_WORDS);
                const Answer wanted = specified(flags, named.context, in_force);
                const Verdict got = verdict_6_1(flags, named.context, in_force);
                ASSERT_TRUE(got.refused_by == wanted.rule && got.error == wanted.error)
                    << named.name << std::hex << ", flags " << flags << ", rules " << in_force.bits() << ": "
                    << rule_name(got.refused_by) << " and not " << rule_name(wanted.rule);
            }
}

// 792 of 4096 for root, 320 for nobody, no limit reached (the counts theorems say the same of the rows).
TEST(Verdict61, AcceptsAsManyAsIsKnown) {
    for (const bool privileged : {true, false}) {
        VerdictContext c;
        c.cap_sys_admin = c.cap_setuid = c.cap_setgid = c.cap_sys_resource = privileged;
        unsigned accepted = 0;
        for (std::uint32_t n = 0; n < TWELVE_WORDS; n++)
            if (verdict_6_1(twelve_word(n), c, profile_linux_6_1.rules).refused_by == RuleId::none)
                accepted++;
        EXPECT_EQ(accepted, privileged ? 792U : 320U);
    }
}

} // namespace
} // namespace forkproof::tests
