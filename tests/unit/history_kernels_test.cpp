// The rows of other kernels: versions in words, comparison against brute force, and wrong rows that must be
// noticed by name.
#include "proofs/history/kernels.hpp"
#include "proofs/history/rule_defects.hpp"
#include "proofs/theorem.hpp"
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using namespace proofs;

constexpr auto V3_8 = kernel_version(3, 8), V3_12 = kernel_version(3, 12), V6_1 = kernel_version(6, 1);

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

bool has_line(const std::vector<std::string>& lines, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

/// The rows of a version read with plain values, without Z3: whether one of them refuses.
bool refused(std::uint32_t version, const PlainView& view) {
    bool any = false;
    auto ask = [&](const auto& row) {
        any = any || (row.kind != RuleKind::effect && row.since <= version && version < row.until &&
                      row.condition(view));
    };
    std::apply([&](const auto&... row) { (ask(row), ...); }, rules);
    std::apply([&](const auto&... row) { (ask(row), ...); }, later_rules);
    return any;
}

bool matches(const Combination& one, std::uint32_t flags, const VerdictContext& context) {
    return std::all_of(one.parts.begin(), one.parts.end(), [&](const CallPart& part) {
        return (part.field ? context.*part.field->plain : (flags & part.flag) != 0) == part.is;
    });
}

bool matches_any(const std::vector<Combination>& all, std::uint32_t flags, const VerdictContext& context) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Combination& one) { return matches(one, flags, context); });
}

/// The word in which the bits of `n` are the flags that some row reads.
std::uint32_t word_of(std::uint32_t n) {
    constexpr std::uint32_t READ =
        VERDICT_FLAGS | CLONE_PIDFD | CLONE_DETACHED | CLONE_PARENT_SETTID | CLONE_NEWCGROUP;
    std::uint32_t word = 0;
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        if (!(READ & bit)) continue;
        if (n & 1) word |= bit;
        n >>= 1;
    }
    return word;
}
constexpr std::uint32_t WORDS = 1U << 16;

/// Root, root without each capability, nobody, and root with everything in the way, one at a time.
std::vector<VerdictContext> callers() {
    VerdictContext root;
    root.cap_sys_admin = root.cap_setuid = root.cap_setgid = root.cap_sys_resource = true;
    std::vector<VerdictContext> all{VerdictContext(), root};
    for (const ContextField& field : context_fields) {
        all.push_back(root);
        all.back().*field.plain = !(root.*field.plain);
    }
    return all;
}

void compare_by_brute_force(std::uint32_t from, std::uint32_t to) {
    const Comparison found = compare_kernels(shipped_rule_history(), from, to);
    for (const VerdictContext& caller : callers())
        for (std::uint32_t n = 0; n < WORDS; n++) {
            const PlainView view{word_of(n), caller};
            const bool by_from = !refused(from, view), by_to = !refused(to, view);
            ASSERT_EQ(by_from && !by_to, by_from && matches_any(found.only_from, view.flags, caller))
                << version_words(from) << " " << version_words(to) << " " << flag_words(view.flags);
            ASSERT_EQ(by_to && !by_from, by_to && matches_any(found.only_to, view.flags, caller))
                << version_words(from) << " " << version_words(to) << " " << flag_words(view.flags);
        }
}

TEST(Kernels, AreComparedAsBruteForceComparesThem) {
    compare_by_brute_force(V2_6_33, V6_1);
    compare_by_brute_force(V2_6_33, V3_8);
    compare_by_brute_force(V3_12, V6_1);
}

TEST(Kernels, NoPartOfACombinationCanBeLeftOut) {
    const Comparison found = compare_kernels(shipped_rule_history(), V2_6_33, V6_1);
    for (Combination one : found.only_from)
        for (std::size_t i = 0; i < one.parts.size(); i++) {
            Combination fewer = one;
            fewer.parts.erase(fewer.parts.begin() + static_cast<std::ptrdiff_t>(i));
            bool both_accept = false;
            for (const VerdictContext& caller : callers())
                for (std::uint32_t n = 0; n < WORDS && !both_accept; n++) {
                    const PlainView view{word_of(n), caller};
                    both_accept =
                        matches(fewer, view.flags, caller) && !refused(V2_6_33, view) && !refused(V6_1, view);
                }
            EXPECT_TRUE(both_accept) << parts_words(one.parts, V6_1);
        }
}

TEST(Kernels, AreTheSameAsThemselves) {
    const Comparison found = compare_kernels(shipped_rule_history(), V3_8, V3_8);
    EXPECT_TRUE(found.only_from.empty() && found.only_to.empty() && found.effects.empty());
}

TEST(Kernels, DifferInTheWordsThatPeopleRead) {
    const std::vector<std::string> lines =
        comparison_lines(compare_kernels(shipped_rule_history(), V3_12, kernel_version(3, 13)));
    const std::vector<std::string> expected{
        "clone() of linux-3.12 and linux-3.13: the smallest combinations that only one of them accepts",
        "accepted by 3.12, refused by 3.13",
        "  nothing",
        "accepted by 3.13, refused by 3.12",
        "  PARENT NEWUSER",
        "    e.g. clone(PARENT NEWUSER) by root: 3.13 makes a child, 3.12 says EINVAL (ns-sighand-parent)",
        "  PARENT NEWPID",
        "    e.g. clone(PARENT NEWPID) by root: 3.13 makes a child, 3.12 says EINVAL (ns-sighand-parent)",
        "compared: 2 combinations; every call without them is accepted by both or refused by both"};
    EXPECT_EQ(lines, expected);
}

TEST(Kernels, AWrongRowIsNamed) {
    RuleHistory wrong = shipped_rule_history();
    wrong.find(RuleId::newns_fs)->until = V3_8;
    const std::vector<std::string> lines = comparison_lines(compare_kernels(wrong, V2_6_33, V6_1));
    EXPECT_TRUE(has_line(lines, "  FS NEWNS")) << joined(lines);
    EXPECT_TRUE(has_line(lines, "2.6.33 says EINVAL (newns-fs)")) << joined(lines);
}

TEST(Versions, AreReadAndSaid) {
    EXPECT_EQ(known_version("2.6.33"), V2_6_33);
    EXPECT_EQ(known_version("3.8"), V3_8);
    EXPECT_EQ(known_version("3.8.13"), V3_8);
    EXPECT_EQ(known_version("6.1"), V6_1);
    for (const char* bad :
         {"", "3", "3.", ".3", "3..8", "2.6.23", "2.6.40", "6.2", "x", "3.8.1.1", "3.300", "-3.8", "3.8 "})
        EXPECT_FALSE(known_version(bad)) << bad;
    EXPECT_EQ(version_words(V2_6_33), "2.6.33");
    EXPECT_EQ(version_words(V6_1), "6.1");
}

TEST(LaterRules, HaveNumbersAndNamesOfTheirOwnAndOrder) {
    std::set<std::string> names;
    std::set<RuleId> ids;
    for (const DatedRow& row : shipped_rule_history().rows) {
        EXPECT_TRUE(names.insert(row.row.name).second) << row.row.name;
        EXPECT_TRUE(ids.insert(row.row.id).second) << row.row.name;
        EXPECT_LT(row.since, row.until) << row.row.name;
    }
    const RuleTable last = shipped_rule_history().at(V6_1);
    std::vector<std::string> order;
    for (const RuleRow& row : last.rows) order.push_back(row.name);
    const std::vector<std::string> expected{"pidfd-settid",       "newns-fs",        "newuser-fs",
                                            "thread-sighand",     "sighand-vm",      "parent-init",
                                            "ns-thread",          "pidfd-detached",  "pidfd-thread",
                                            "security",           "nproc",           "max-threads",
                                            "fs-in-exec",         "new-caps-cgroup", "newipc-sysvsem",
                                            "parent-exit-signal", "reset-on-fork"};
    EXPECT_EQ(order, expected);
}

TEST(RowTheorems, AreProvedOfTheShippedRows) {
    for (const RowTheorem& theorem : row_theorems()) {
        const TheoremReport report = run_row_theorem(theorem, shipped_rule_history());
        EXPECT_EQ(report.outcome, Outcome::proved) << theorem.name << "\n" << joined(report.why);
    }
}

struct WrongRow {
    std::string what;
    std::function<void(RuleHistory&)> plant;
    std::string refuted; ///< the theorem that must notice
    std::string named;   ///< what it must say
};

std::vector<WrongRow> wrong_rows() {
    auto condition = [](RuleId id, std::function<z3::expr(const TermView&)> other) {
        return [id, other](RuleHistory& h) { h.find(id)->row.condition = other; };
    };
    auto erased = [](RuleId id) {
        return [id](RuleHistory& h) {
            std::erase_if(h.rows, [id](const DatedRow& row) { return row.row.id == id; });
        };
    };
    return {
        {"2.6.33 has newuser-fs already", [](RuleHistory& h) { h.find(RuleId::newuser_fs)->since = V2_6_24; },
         "history/B15", "shares no fs_struct"},
        {"no kernel has newuser-fs", erased(RuleId::newuser_fs), "history/B15", "newuser-fs"},
        {"the exit signal is the leader's for threads only",
         condition(RuleId::parent_exit_signal, [](const TermView& c) { return c.has(CLONE_THREAD); }),
         "history/B8", "names an exit signal only"},
        {"reset-on-fork takes no effect",
         condition(RuleId::reset_on_fork, [](const TermView& c) { return c.has(CLONE_PARENT); }),
         "history/B9", "not real-time"},
        {"6.1 lets NEWUSER through with THREAD",
         condition(RuleId::ns_thread,
                   [](const TermView& c) { return c.has(CLONE_NEWPID) && c.has(CLONE_THREAD); }),
         "counts/linux-6.1", "counted"},
        {"2.6.33 has a rule of 6.1", [](RuleHistory& h) { h.find(RuleId::pidfd_thread)->since = V2_6_24; },
         "history/rows-of-2.6.33", "verdict"},
        {"6.1 still has newpid-parent",
         [](RuleHistory& h) { h.find(RuleId::newpid_parent)->until = FOREVER; }, "history/2.6.33-and-6.1",
         "PARENT NEWPID, refused by newpid-parent"},
        {"6.1 has forgotten newns-fs", [](RuleHistory& h) { h.find(RuleId::newns_fs)->until = V6_1; },
         "history/2.6.33-and-6.1", "FS NEWNS, refused by newns-fs"},
    };
}

TEST(RowTheorems, NoticeAWrongRowAndNameIt) {
    std::set<std::string> refuted;
    for (const WrongRow& wrong : wrong_rows()) {
        RuleHistory history = shipped_rule_history();
        wrong.plant(history);
        for (const RowTheorem& theorem : row_theorems()) {
            if (theorem.name != wrong.refuted) continue;
            const TheoremReport report = run_row_theorem(theorem, history);
            EXPECT_EQ(report.outcome, Outcome::refuted) << wrong.what;
            EXPECT_TRUE(has_line(report.why, wrong.named)) << wrong.what << "\n" << joined(report.why);
            refuted.insert(theorem.name);
        }
    }
    for (const RowTheorem& theorem : row_theorems())
        EXPECT_TRUE(refuted.contains(theorem.name))
            << "no wrong row shows that it can fail: " << theorem.name;
}

} // namespace
} // namespace forkproof::tests
