// What `make history` says of linux-2.6.33: seven defects, each with its witness; and when one is not there.
#include "proofs/history/defects.hpp"
#include "proofs/history/told.hpp"
#include <algorithm>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace proofs;

std::string said(const std::vector<Told>& all, const std::string& id, const std::string& name) {
    for (const Told& told : all)
        for (const auto& [what, text] : told.said)
            if (told.id == id && what == name) return text;
    return "";
}

TEST(History, RefutesAllSevenWithTheirWitnesses) {
    const std::vector<Told> all = refute_2_6_33(ladder_of_2_6_33(), shipped_rule_history());
    EXPECT_TRUE(all_refuted(all));
    EXPECT_EQ(told_last_line(all), "linux-2.6.33 refuted: 7 of 7 defects (B1 B2 B3 B5 B8 B9 B15)");
    const std::vector<std::array<std::string, 3>> expected{
        {"B1", "flags", "NEWPID"},
        {"B1", "leaves", "pid namespace: 1 held, proc mount: 1 held"},
        {"B2", "caller", "an I/O bitmap"},
        {"B2", "also at", "pid proc-mount ns-cgroup"},
        {"B3", "leaves", "replaced session keyring: 1 of the parent's dropped"},
        {"B5", "fails at", "signal-check, jumping to bad_fork_free_pid"},
        {"B8", "flags", "PARENT exit signal 10"},
        {"B9", "caller", "reset-on-fork"},
        {"B15", "flags", "FS NEWUSER"},
    };
    for (const auto& [id, name, text] : expected) EXPECT_EQ(said(all, id, name), text) << id << " " << name;
    for (const Told& told : all) EXPECT_FALSE(said(all, told.id, "fixed in").empty()) << told.id;
}

TEST(History, ADefectThatIsMendedIsNotRefutedAndNamed) {
    for (const Defect& defect : ladder_defects()) {
        Ladder mended = ladder_of_2_6_33();
        defect.mend(mended);
        const std::vector<Told> all = refute_2_6_33(mended, shipped_rule_history());
        EXPECT_FALSE(all_refuted(all)) << defect.id;
        EXPECT_TRUE(told_last_line(all).ends_with("; not " + defect.id)) << told_last_line(all);
        EXPECT_FALSE(said(all, defect.id, "why not").empty()) << defect.id;
    }
}

TEST(History, AWrongRowIsNamed) {
    RuleHistory wrong = shipped_rule_history();
    wrong.find(RuleId::newuser_fs)->since = V2_6_24;
    const std::vector<Told> all = refute_2_6_33(ladder_of_2_6_33(), wrong);
    EXPECT_EQ(told_last_line(all), "linux-2.6.33 refuted: 6 of 7 defects (B1 B2 B3 B5 B8 B9); not B15");
    EXPECT_EQ(said(all, "B15", "why not"), "2.6.33's rows do not let it happen; is newuser-fs among them?");
    const std::vector<std::string> lines = told_lines(all.back());
    EXPECT_TRUE(lines.front().starts_with("B15  NOT REFUTED: ")) << lines.front();
}

TEST(History, ARowThatDoesNotMendIsNamed) {
    RuleHistory wrong = shipped_rule_history();
    wrong.find(RuleId::parent_exit_signal)->row.condition = [](const TermView& c) {
        return c.has(CLONE_THREAD);
    };
    const std::vector<Told> all = refute_2_6_33(ladder_of_2_6_33(), wrong);
    EXPECT_EQ(said(all, "B8", "why not"), "the row parent-exit-signal of 3.3 does not mend it");
}

} // namespace
} // namespace forkproof::tests
