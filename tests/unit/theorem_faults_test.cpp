// The theorems' own test: a fault planted in the rule table must be refuted, by the theorem that is there for
// it, with a counterexample that a person can read; and no theorem is there that no fault refutes.
#include "proofs/report.hpp"
#include "proofs/rules/theorem.hpp"
#include "tests/unit/planted_faults.hpp"
#include <algorithm>
#include <future>
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

TEST(Theorems, AllAreProvedOfTheShippedTable) {
    const RuleTable table = shipped_rule_table();
    for (const RuleTheorem& theorem : all_rule_theorems()) {
        const TheoremReport report = run_rule_theorem(theorem, table);
        EXPECT_EQ(report.outcome, Outcome::proved) << theorem.name << "\n" << joined(report.why);
    }
}

TEST(Theorems, HaveNamesOfTheirOwn) {
    std::set<std::string> names;
    for (const RuleTheorem& theorem : all_rule_theorems())
        EXPECT_TRUE(names.insert(theorem.name).second) << theorem.name;
}

TEST(PlantedFaults, AreRefutedByTheTheoremThatIsThereForThem) {
    const std::vector<RuleTheorem> theorems = all_rule_theorems();
    for (const PlantedFault& fault : planted_faults()) {
        RuleTable table = shipped_rule_table();
        fault.plant(table);
        for (const std::string& name : fault.refuted) {
            const auto theorem = std::find_if(theorems.begin(), theorems.end(),
                                              [&](const RuleTheorem& t) { return t.name == name; });
            ASSERT_NE(theorem, theorems.end()) << name;
            const TheoremReport report = run_rule_theorem(*theorem, table);
            EXPECT_EQ(report.outcome, Outcome::refuted) << fault.what << ": " << name << "\n"
                                                        << joined(report.why);
            EXPECT_FALSE(report.why.empty());
            EXPECT_LE(report.why.size(), MAX_FAILURE_LINES);
            EXPECT_FALSE(all_proved({report}));
        }
    }
}

TEST(PlantedFaults, RefuteEveryTheorem) {
    std::set<std::string> refuted;
    for (const PlantedFault& fault : planted_faults())
        refuted.insert(fault.refuted.begin(), fault.refuted.end());
    for (const RuleTheorem& theorem : all_rule_theorems())
        EXPECT_TRUE(refuted.contains(theorem.name))
            << "no planted fault shows that " << theorem.name << " can fail";
}

/// True if both tables answer every call alike under every set of rules.
bool equivalent(const RuleTable& a, const RuleTable& b) {
    z3::context z3;
    const CallTerms call = CallTerms::fresh(z3, "");
    z3::solver solver(z3, "QF_BV");
    solver.add(call.hook_answer_is_valid() && !verdict_of(a, call).same_as(verdict_of(b, call)));
    return solver.check() == z3::unsat;
}

struct Tally {
    unsigned noticed = 0, harmless = 0;
    std::vector<std::string> missed;
};

/// Judges every second fault, beginning with the first or the second: two of these run at once.
Tally judge_faults(const std::vector<PlantedFault>& faults, std::size_t first) {
    Tally tally;
    std::vector<RuleTheorem> theorems = all_rule_theorems();
    RuleProofOptions options;
    options.counterexamples = false;
    const RuleTable shipped = shipped_rule_table();
    auto notices = [&](const RuleTheorem& theorem, const RuleTable& table) {
        return run_rule_theorem(theorem, table, options).outcome != Outcome::proved;
    };
    for (std::size_t i = first; i < faults.size(); i += 2) {
        RuleTable table = shipped;
        faults[i].plant(table);
        if (!notices(theorems.front(), table)) {
            if (equivalent(shipped, table)) {
                tally.harmless++;
                continue;
            }
            const auto catcher = std::find_if(theorems.begin() + 1, theorems.end(),
                                              [&](const RuleTheorem& t) { return notices(t, table); });
            if (catcher == theorems.end()) {
                tally.missed.push_back(faults[i].what);
                continue;
            }
            // what noticed this fault will notice the next one of its kind: ask it first
            std::rotate(theorems.begin(), catcher, catcher + 1);
        }
        tally.noticed++;
    }
    return tally;
}

TEST(SystematicFaults, AreRefutedOrProvedToChangeNothing) {
    const std::vector<PlantedFault> faults = systematic_faults();
    auto others = std::async(std::launch::async, [&] { return judge_faults(faults, 1); });
    const Tally one = judge_faults(faults, 0), other = others.get();
    for (const Tally* tally : {&one, &other})
        for (const std::string& what : tally->missed) ADD_FAILURE() << what << ": no theorem notices";
    const unsigned noticed = one.noticed + other.noticed, harmless = one.harmless + other.harmless;
    EXPECT_GT(noticed, 150U);
    EXPECT_LT(harmless, 30U); // the effects' rows, and swaps of rules that never hold together
    RecordProperty("noticed", static_cast<int>(noticed));
    RecordProperty("harmless", static_cast<int>(harmless));
}

TEST(Counterexample, IsSaidInFlagNames) {
    RuleTable table = shipped_rule_table();
    std::erase_if(table.rows, [](const RuleRow& r) { return r.id == RuleId::newns_fs; });
    for (const RuleTheorem& theorem : all_rule_theorems()) {
        if (theorem.name != "accepted/newns-without-fs") continue;
        const std::vector<std::string> expected{"does not hold: NEWNS never comes with FS",
                                                "flags    FS NEWNS", "context  cap_sys_admin",
                                                "rules    default", "verdict  accepted"};
        EXPECT_EQ(run_rule_theorem(theorem, table).why, expected);
    }
}

} // namespace
} // namespace forkproof::tests
