// The form of the rule table, the counts by brute force, and the errno and flag names.
#include "invariants/rules.hpp"
#include "kernel/fork/verdict.hpp"
#include "proofs/rules/known_counts.hpp"
#include "tests/unit/contexts.hpp"
#include <bit>
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

struct Row {
    RuleId id;
    std::string name;
    int rank;
};

std::vector<Row> rows() {
    std::vector<Row> all;
    std::apply([&](const auto&... r) { (all.push_back({r.id, r.name, r.rank}), ...); }, rules);
    return all;
}

TEST(RuleTable, RowsStandInOrderOfRankAndOfTheirNumber) {
    int rank = 0, id = 0;
    for (const Row& row : rows()) {
        EXPECT_GT(row.rank, rank) << row.name;
        EXPECT_EQ(static_cast<int>(row.id), id++) << row.name;
        rank = row.rank;
    }
    EXPECT_EQ(id, RULE_COUNT);
}

TEST(RuleTable, HasTheNamesThatPeopleType) {
    const std::vector<std::string> expected{
        "newuser-thread", "newuser-caps",       "newns-fs",     "newuser-fs",     "thread-sighand",
        "sighand-vm",     "parent-init",        "security",     "nproc",          "max-threads",
        "exec-domain",    "fs-in-exec",         "new-caps",     "newipc-sysvsem", "newpid-thread",
        "newpid-parent",  "parent-exit-signal", "reset-on-fork"};
    std::vector<std::string> names;
    for (const Row& row : rows()) names.push_back(row.name);
    EXPECT_EQ(names, expected);
}

TEST(RuleTable, EveryRowSaysWhyAndForHowLong) {
    for (int i = 0; i < RULE_COUNT; i++) {
        const RuleText& text = rule_texts[static_cast<RuleId>(i)];
        EXPECT_GT(std::string(text.why).size(), 10U) << text.name;
        EXPECT_LT(text.since, text.until) << text.name;
        EXPECT_EQ(text.errno_value == Errno::OK,
                  text.kind == RuleKind::effect || text.kind == RuleKind::policy)
            << text.name;
    }
}

TEST(RuleTable, ProfilesHaveTheRightRules) {
    EXPECT_EQ(std::popcount(profile_linux_2_6_33.bits()), 15);
    EXPECT_EQ(profile_default.bits(), (1U << RULE_COUNT) - 1);
    EXPECT_FALSE(profile_linux_2_6_33.has(RuleId::newuser_fs));
    EXPECT_FALSE(profile_linux_2_6_33.has(RuleId::parent_exit_signal));
    EXPECT_FALSE(profile_linux_2_6_33.has(RuleId::reset_on_fork));
}

TEST(RuleSet, WithAndWithoutAreInverse) {
    for (int i = 0; i < RULE_COUNT; i++) {
        const auto id = static_cast<RuleId>(i);
        EXPECT_TRUE(RuleSet().with(id).has(id));
        EXPECT_EQ(RuleSet().with(id).without(id), RuleSet());
        EXPECT_EQ(profile_default.without(id).with(id), profile_default);
    }
}

/// Counts one row; `decide` answers which rule refuses and with which errno.
template <class Decide>
proofs::KnownCounts count(const proofs::KnownCounts& row, Decide decide) {
    VerdictContext context;
    context.cap_sys_admin = context.cap_setuid = context.cap_setgid = context.cap_sys_resource =
        row.privileged;
    context.unkillable = row.unkillable;
    proofs::KnownCounts found{row.profile, row.privileged, row.unkillable, 0, 0, 0, 0};
    for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
        const auto [rule, error] = decide(twelve_word(n), context);
        if (rule == RuleId::none)
            found.accepted++;
        else if (error == Errno::EPERM)
            found.eperm++;
        else if (error == Errno::EINVAL)
            (rule < RuleId::security ? found.early_einval : found.late_einval)++;
    }
    return found;
}

void expect_same(const proofs::KnownCounts& found, const proofs::KnownCounts& known) {
    EXPECT_EQ(found.accepted, known.accepted);
    EXPECT_EQ(found.early_einval, known.early_einval);
    EXPECT_EQ(found.late_einval, known.late_einval);
    EXPECT_EQ(found.eperm, known.eperm);
    EXPECT_EQ(found.accepted + found.early_einval + found.late_einval + found.eperm, TWELVE_WORDS);
}

TEST(Counts, ComeOutOfTheTableAndOfTheVerdict) {
    for (const proofs::KnownCounts& known : proofs::known_counts) {
        const RuleSet in_force =
            std::string(known.profile) == "default" ? profile_default : profile_linux_2_6_33;
        expect_same(count(known,
                          [&](std::uint32_t flags, const VerdictContext& c) {
                              const RuleId rule = first_refusal(PlainView{flags, c}, in_force);
                              const Errno error =
                                  rule == RuleId::none ? Errno::OK : rule_texts[rule].errno_value;
                              return std::pair{rule, error};
                          }),
                    known);
        expect_same(count(known,
                          [&](std::uint32_t flags, const VerdictContext& c) {
                              const Verdict v = verdict(flags, c, in_force);
                              return std::pair{v.refused_by, v.error};
                          }),
                    known);
    }
}

TEST(Errno, NamesAndNumbersAreLinux) {
    const std::pair<Errno, int> some[] = {{Errno::EPERM, 1},   {Errno::EAGAIN, 11},
                                          {Errno::ENOMEM, 12}, {Errno::EINVAL, 22},
                                          {Errno::ENOSYS, 38}, {Errno::ERESTARTNOINTR, 513}};
    for (const auto& [name, number] : some) EXPECT_EQ(static_cast<int>(name), number);
    std::set<int> numbers;
    for (const ErrnoName& row : errno_names) {
        EXPECT_STREQ(errno_name(row.number), row.name);
        EXPECT_TRUE(numbers.insert(static_cast<int>(row.number)).second) << row.name << " is there twice";
        if (static_cast<int>(row.number) < 512) { // beyond them are the kernel's own
            EXPECT_STREQ(strerrorname_np(static_cast<int>(row.number)), row.name);
        }
    }
    EXPECT_STREQ(errno_name(Errno::OK), "OK");
    EXPECT_STREQ(errno_name(static_cast<Errno>(4095)), "?");
}

TEST(Flags, EachBitHasOneNameAndTheyAreInOrder) {
    std::uint32_t all = 0, last = 0;
    for (const FlagName& flag : flag_names) {
        EXPECT_EQ(std::popcount(flag.bit), 1) << flag.name;
        EXPECT_GT(flag.bit, last) << flag.name;
        all |= flag.bit;
        last = flag.bit;
    }
    EXPECT_EQ(all, ~(static_cast<std::uint32_t>(CSIGNAL) | 0x1000U));
}

} // namespace
} // namespace forkproof::tests
