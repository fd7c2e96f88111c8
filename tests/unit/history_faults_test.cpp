// The history theorems' own test: mend a row of 2.6.33's ladder and the defect's theorem must fail; break
// another and some theorem must notice.
#include "proofs/history/defects.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using namespace proofs;

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

HistoryTheorem theorem_called(const std::string& name) {
    for (const HistoryTheorem& theorem : all_history_theorems())
        if (theorem.name == name) return theorem;
    ADD_FAILURE() << "no theorem is called " << name;
    return {};
}

TheoremReport judge(const std::string& name, const Ladder& ladder) {
    return run_history_theorem(theorem_called(name), ladder);
}

/// Whether some theorem about the listing is not proved of this ladder.
bool noticed(const Ladder& ladder) {
    auto notices = [&](const HistoryTheorem& theorem) {
        if (theorem.about != WhichLadder::listing) return false;
        const TheoremReport report = run_history_theorem(theorem, ladder);
        EXPECT_LE(report.why.size(), MAX_FAILURE_LINES);
        return report.outcome != Outcome::proved;
    };
    for (const char* name : {"history/nothing-else", "history/every-release"}) // they notice most
        if (notices(theorem_called(name))) return true;
    const std::vector<HistoryTheorem> theorems = all_history_theorems();
    return std::any_of(theorems.begin(), theorems.end(), notices);
}

TEST(History, IsProvedOfTheShippedLadder) {
    for (const Theorem& theorem : history_theorems()) {
        if (theorem.needs_image) continue;
        const TheoremReport report = theorem.run({});
        EXPECT_EQ(report.outcome, Outcome::proved) << theorem.name << "\n" << joined(report.why);
        EXPECT_GT(report.queries, 0U) << theorem.name;
    }
}

TEST(History, SaysWhatItFoundInAtMost25Lines) {
    Setting setting;
    setting.examples = true;
    for (const Theorem& theorem : history_theorems()) {
        if (theorem.needs_image) continue;
        const TheoremReport report = theorem.run(setting);
        EXPECT_FALSE(report.log.empty()) << theorem.name;
        EXPECT_LE(report.log.size(), MAX_FAILURE_LINES) << theorem.name;
    }
}

TEST(History, NamesTheSimplestCallThatLeaks) {
    Setting setting;
    setting.examples = true;
    const TheoremReport report =
        run_history_theorem(theorem_called("history/B2"), ladder_of_2_6_33(), setting);
    ASSERT_GE(report.log.size(), 2U);
    EXPECT_EQ(report.log[0], "  wrong   no flags with an I/O bitmap; fails at pid; I/O bitmap: 1 held");
    EXPECT_EQ(report.log[1], "  wrong   NEWPID with an I/O bitmap, cap_sys_admin; fails at proc-mount; "
                             "I/O bitmap: 1 held");
}

TEST(HistoryFaults, ADefectThatIsMendedIsNotFound) {
    for (const Defect& defect : ladder_defects()) {
        Ladder ladder = ladder_of_2_6_33();
        defect.mend(ladder);
        const TheoremReport report = judge("history/" + defect.id, ladder);
        EXPECT_EQ(report.outcome, Outcome::refuted) << defect.id;
        ASSERT_FALSE(report.why.empty());
        EXPECT_EQ(report.why[0].find("there is none: a call that shows " + defect.id), 0U) << report.why[0];
        for (const Defect& other : ladder_defects()) {
            const Outcome expected = other.id == defect.id ? Outcome::refuted : Outcome::proved;
            EXPECT_EQ(judge("history/" + other.id, ladder).outcome, expected) << other.id;
        }
    }
}

TEST(HistoryFaults, EveryReleaseThatIsDroppedIsNoticed) {
    const Ladder shipped = ladder_of_2_6_33();
    for (std::size_t i = 0; i < shipped.releases.size(); i++) {
        if (shipped.releases[i].call.empty()) continue;
        Ladder ladder = shipped;
        const std::string what = ladder.releases[i].call + " of " + ladder.releases[i].resource;
        ladder.releases[i].call = ladder.releases[i].resource = ""; // its label still stands
        EXPECT_TRUE(noticed(ladder)) << what;
    }
}

TEST(HistoryFaults, EveryJumpToANeighbouringLabelIsNoticed) {
    // what the ladder would release too much there is a null pointer in every such call
    const std::set<std::string> harmless{
        "perf jumps to bad_fork_cleanup_audit",
        "audit jumps to bad_fork_cleanup_audit",
        "semundo jumps to bad_fork_cleanup_semundo",
        "mm jumps to bad_fork_cleanup_mm",
    };
    const Ladder shipped = ladder_of_2_6_33();
    std::vector<std::string> labels;
    for (const Ladder::Release& row : shipped.releases)
        if (!row.label.empty()) labels.push_back(row.label);
    for (const std::size_t step : shipped.exits()) {
        const auto at = std::find(labels.begin(), labels.end(), shipped.steps[step].label);
        for (const bool above : {true, false}) {
            if (above ? at == labels.begin() : at + 1 == labels.end()) continue;
            Ladder ladder = shipped;
            ladder.steps[step].label = above ? *(at - 1) : *(at + 1);
            const std::string what = ladder.steps[step].name + " jumps to " + ladder.steps[step].label;
            EXPECT_NE(noticed(ladder), harmless.contains(what)) << what;
        }
    }
}

TEST(HistoryFaults, EveryTakingThatIsForgottenIsNoticed) {
    const Ladder shipped = ladder_of_2_6_33();
    for (std::size_t i = 0; i < shipped.takes.size(); i++) {
        Ladder ladder = shipped;
        ladder.takes.erase(ladder.takes.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_TRUE(noticed(ladder)) << shipped.takes[i].step << " takes " << shipped.takes[i].resource;
    }
}

TEST(HistoryFaults, ALadderThatDoesNotFitTogetherIsRefused) {
    Ladder ladder = ladder_of_2_6_33();
    ladder.steps[ladder.step("pid")].label = "bad_fork_nowhere";
    const TheoremReport report = judge("history/nothing-else", ladder);
    EXPECT_EQ(report.outcome, Outcome::refuted);
    EXPECT_EQ(report.why,
              std::vector<std::string>{"step pid jumps to 'bad_fork_nowhere', which stands nowhere"});
}

} // namespace
} // namespace forkproof::tests
