// `prove` around the theorems: that it reports in order, and that nothing but a proof is called one.
#include "proofs/report.hpp"
#include "proofs/run.hpp"
#include "tests/unit/prove_driver.hpp"
#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <z3++.h>

namespace forkproof::tests {
namespace {

using namespace proofs;

TEST(AllTheorems, HaveNamesOfTheirOwnAndSayWhatTheyClaim) {
    std::set<std::string> names, files;
    for (const Theorem& each : all_theorems()) {
        EXPECT_TRUE(names.insert(each.name).second) << each.name;
        EXPECT_NE(each.name.find('/'), std::string::npos) << each.name << ": group/subject";
        EXPECT_EQ(each.name.find_first_of(" \\\t"), std::string::npos) << each.name << " names files too";
        EXPECT_GT(each.sentence.size(), 10U) << each.name;
        EXPECT_TRUE(each.run) << each.name;
    }
    EXPECT_GE(names.size(), 40U);
}

TEST(RunTheorems, ABatchIsRunByOneThreadInItsOrder) {
    std::vector<std::thread::id> threads(4);
    std::vector<Theorem> theorems;
    std::atomic<int> next = 0;
    for (int i = 0; i < 4; i++) {
        theorems.push_back(theorem("a/" + std::to_string(i), [&threads, &next, i](const Setting&) {
            EXPECT_EQ(next++, i);
            threads[static_cast<std::size_t>(i)] = std::this_thread::get_id();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            return proved();
        }));
        theorems.back().batch = "a";
    }
    RunOptions options;
    options.jobs = 4;
    EXPECT_TRUE(all_proved(run_theorems(theorems, {}, options)));
    for (const std::thread::id& thread : threads) EXPECT_EQ(thread, threads[0]);
}

TEST(RunTheorems, ReportsInTheOrderGivenHoweverTheyEnd) {
    // the first one ends last
    std::atomic<int> ended = 0;
    std::vector<Theorem> theorems{theorem("a/slow", [&](const Setting&) {
        for (int i = 0; ended < 4 && i < 5000; i++) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return proved(1);
    })};
    for (const char* name : {"a/1", "a/2", "a/3", "a/4"})
        theorems.push_back(theorem(name, [&](const Setting&) {
            ended++;
            return proved(2);
        }));
    std::vector<std::string> order;
    std::vector<Progress> progress;
    RunOptions options;
    options.jobs = 2;
    options.done = [&](const Theorem& t, const TheoremReport& r) {
        EXPECT_EQ(t.name, r.name);
        EXPECT_EQ(ended, 4);
        order.push_back(t.name);
    };
    options.progress = [&](const Progress& now) { progress.push_back(now); };
    const std::vector<TheoremReport> reports = run_theorems(theorems, {}, options);
    EXPECT_EQ(order, (std::vector<std::string>{"a/slow", "a/1", "a/2", "a/3", "a/4"}));
    ASSERT_EQ(reports.size(), 5U);
    EXPECT_EQ(reports[0].paths, 1U);
    EXPECT_EQ(reports[4].paths, 2U);
    EXPECT_TRUE(all_proved(reports));
    ASSERT_FALSE(progress.empty());
    EXPECT_EQ(progress.back().done, 5U);
    EXPECT_TRUE(progress.back().running.empty());
}

TEST(RunTheorems, NothingIsNoProof) {
    EXPECT_TRUE(run_theorems({}, {}, {}).empty());
    EXPECT_FALSE(all_proved({}));
}

TEST(RunTheorem, NothingButAProofIsProved) {
    auto outcome = [](std::function<TheoremReport(const Setting&)> run) {
        const TheoremReport report = run_theorem(theorem("a/b", std::move(run)), {});
        EXPECT_EQ(report.name, "a/b");
        EXPECT_EQ(report.why.empty(), report.outcome == Outcome::proved);
        EXPECT_LE(report.why.size(), MAX_FAILURE_LINES);
        return report.outcome;
    };
    EXPECT_EQ(outcome([](const Setting&) { return proved(1, 0); }), Outcome::proved);
    EXPECT_EQ(outcome([](const Setting&) { return proved(0, 1); }), Outcome::proved);
    EXPECT_EQ(outcome([](const Setting&) { return proved(0, 0); }), Outcome::vacuous);
    EXPECT_EQ(outcome([](const Setting&) -> TheoremReport { throw std::runtime_error("no"); }),
              Outcome::unknown);
    EXPECT_EQ(outcome([](const Setting&) -> TheoremReport { throw z3::exception("no"); }), Outcome::unknown);
    EXPECT_EQ(outcome([](const Setting&) -> TheoremReport {
                  throw NotProved{Outcome::refuted, std::vector<std::string>(100, "why")};
              }),
              Outcome::refuted);
    EXPECT_EQ(outcome({}), Outcome::unknown); // a theorem without a body
}

TEST(Report, SaysPathsQueriesAndTime) {
    TheoremReport report = proved(12, 48);
    report.name = "steps/copy-mm";
    report.seconds = 0.314;
    const std::vector<std::string> line{"steps/copy-mm    proved       12      48   0.31 s"};
    EXPECT_EQ(report_lines(report, 15), line);
    EXPECT_EQ(header_line(15).size(), line[0].size());
    report.cached = true;
    report.paths = 0;
    EXPECT_EQ(report_lines(report, 15)[0], "steps/copy-mm    proved        -      48   cached");
    report.outcome = Outcome::refuted;
    report.why = {"child->signal->count: expected 1, got 0"};
    EXPECT_EQ(report_lines(report, 15)[1], "    child->signal->count: expected 1, got 0");
    EXPECT_EQ(last_line({proved(), report}, 1.25), "proved: 1 of 2 theorems in 1.2 s");
}

TEST(Report, AssumptionsAreShownSatisfiableOnlyWhereAllIsProved) {
    TheoremReport one = proved(), other = proved();
    one.assumptions = {"the hook answers an errno", "a"};
    other.assumptions = {"a"};
    EXPECT_EQ(assumptions_line({one, other}), "assumptions: 2, each shown satisfiable");
    other.outcome = Outcome::vacuous;
    EXPECT_EQ(assumptions_line({one, other}).find("each shown"), std::string::npos);
    EXPECT_EQ(assumptions_line({proved()}), "assumptions: none");
}

TEST(Report, IsThereForPrograms) {
    TheoremReport bad;
    bad.name = "a/bad";
    bad.outcome = Outcome::refuted;
    bad.why = {"not UTF-8: \xff"};
    TheoremReport good = proved();
    good.name = "a/good";
    const auto json =
        nlohmann::json::parse(as_json({proved_theorem("a/bad"), proved_theorem("a/good")}, {bad, good}, 1.5));
    EXPECT_EQ(json.at("total"), 2);
    EXPECT_EQ(json.at("proved"), 1);
    EXPECT_EQ(json.at("refuted"), 1);
    EXPECT_EQ(json.at("theorems").at(0).at("outcome"), "refuted");
    EXPECT_EQ(json.at("theorems").at(0).at("why").size(), 1U);
    EXPECT_EQ(json.at("theorems").at(1).at("name"), "a/good");
    EXPECT_EQ(json.at("theorems").at(1).at("paths"), 2);
}

} // namespace
} // namespace forkproof::tests
