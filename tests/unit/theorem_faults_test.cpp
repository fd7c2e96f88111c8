// The theorems' own test: a fault planted in the rule table must be refuted, by the theorem that is there for
// it, with a counterexample that a person can read; and no theorem is there that no fault refutes.
#include "proofs/report.hpp"
#include "tests/unit/planted_faults.hpp"
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

TEST(Theorems, AllAreProvedOfTheShippedTable) {
    const RuleTable table = shipped_rule_table();
    for (const Theorem& theorem : all_theorems()) {
        const TheoremReport report = run_theorem(theorem, table);
        EXPECT_EQ(report.outcome, Outcome::proved) << theorem.name << "\n" << joined(report.why);
    }
}

TEST(Theorems, HaveNamesOfTheirOwn) {
    std::set<std::string> names;
    for (const Theorem& theorem : all_theorems())
        EXPECT_TRUE(names.insert(theorem.name).second) << theorem.name;
}

TEST(PlantedFaults, AreRefutedByTheTheoremThatIsThereForThem) {
    const std::vector<Theorem> theorems = all_theorems();
    for (const PlantedFault& fault : planted_faults()) {
        RuleTable table = shipped_rule_table();
        fault.plant(table);
        for (const std::string& name : fault.refuted) {
            const auto theorem = std::find_if(theorems.begin(), theorems.end(),
                                              [&](const Theorem& t) { return t.name == name; });
            ASSERT_NE(theorem, theorems.end()) << name;
            const TheoremReport report = run_theorem(*theorem, table);
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
    for (const Theorem& theorem : all_theorems())
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

TEST(SystematicFaults, AreRefutedOrProvedToChangeNothing) {
    std::vector<Theorem> theorems = all_theorems();
    // those that notice most come first; the count theorems are the dearest
    auto rank = [](const Theorem& t) {
        return t.name == "precedence/order"           ? 0
               : t.name == "accepted/everything-else" ? 1
               : t.name == "precedence/errno"         ? 2
               : t.name.starts_with("accepted/")      ? 3
               : t.name.starts_with("counts/")        ? 5
                                                      : 4;
    };
    std::stable_sort(theorems.begin(), theorems.end(),
                     [&](const Theorem& a, const Theorem& b) { return rank(a) < rank(b); });
    ProofOptions options;
    options.counterexamples = false;
    const RuleTable shipped = shipped_rule_table();
    unsigned noticed = 0, harmless = 0;
    for (const PlantedFault& fault : systematic_faults()) {
        RuleTable table = shipped;
        fault.plant(table);
        if (equivalent(shipped, table)) {
            harmless++;
            continue;
        }
        const bool caught = std::any_of(theorems.begin(), theorems.end(), [&](const Theorem& t) {
            return run_theorem(t, table, options).outcome != Outcome::proved;
        });
        EXPECT_TRUE(caught) << fault.what << ": no theorem notices";
        noticed += caught;
    }
    EXPECT_GT(noticed, 150U);
    RecordProperty("noticed", static_cast<int>(noticed));
    RecordProperty("harmless", static_cast<int>(harmless));
}

TEST(Counterexample, IsSaidInFlagNames) {
    RuleTable table = shipped_rule_table();
    std::erase_if(table.rows, [](const RuleRow& r) { return r.id == RuleId::newns_fs; });
    for (const Theorem& theorem : all_theorems()) {
        if (theorem.name != "accepted/newns-without-fs") continue;
        const std::vector<std::string> expected{"does not hold: NEWNS never comes with FS",
                                                "flags    FS NEWNS", "context  cap_sys_admin",
                                                "rules    default", "verdict  accepted"};
        EXPECT_EQ(run_theorem(theorem, table).why, expected);
    }
}

} // namespace
} // namespace forkproof::tests
