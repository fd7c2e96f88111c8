// Results of mutants: kept, merged, told, and judged as a whole; and the workers that make them.
#include "proofs/mutants/results.hpp"
#include "proofs/mutants/summary.hpp"
#include "proofs/mutants/workers.hpp"
#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <unistd.h>

namespace forkproof::proofs::mutants {
namespace {

MutantResult mutant(const std::string& name, Fate fate, const std::vector<std::string>& by = {},
                    bool source = false) {
    MutantResult m;
    m.name = name;
    m.fate = fate;
    m.asked = m.refuted_by = by;
    m.complete = true;
    m.source = source;
    return m;
}

/// A run that is good enough: each of two theorems has a mutant of its own.
Results good() {
    Results r;
    r.about = "kernel";
    r.theorems = {"a/one", "b/two"};
    for (unsigned i = 0; i < 1000; i++)
        r.mutants.push_back(mutant("m" + std::to_string(i), Fate::refuted, {i % 2 ? "a/one" : "b/two"}));
    r.mutants.push_back(mutant("edit", Fate::refuted, {"a/one"}, true));
    r.machine = 1000;
    r.source = 1;
    return r;
}

bool says(const std::vector<std::string>& lines, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST(MutantsSummary, AGoodRunHasNoShortcomingsAndEndsWithItsCounts) {
    EXPECT_EQ(shortcomings(good()), std::vector<std::string>{});
    EXPECT_EQ(summary(good()).back(), "mutants: 1000 refuted: 1000 equivalent: 0 survived: 0");
    EXPECT_TRUE(says(summary(good()), "mutants of the source: 1 refuted: 1"));
}

TEST(MutantsSummary, EachShortcomingIsSaid) {
    Results few = good();
    few.mutants.erase(few.mutants.begin());
    EXPECT_TRUE(says(shortcomings(few), "999 mutants of the machine code are fewer than 1000"));

    Results survivors = good();
    for (unsigned i = 0; i < 21; i++)
        survivors.mutants[i].fate = i % 3 == 0 ? Fate::survived : i % 3 == 1 ? Fate::stopped : Fate::lost;
    EXPECT_TRUE(says(shortcomings(survivors), "21 survivors are more than 20"));
    EXPECT_TRUE(
        says(shortcomings(survivors), "979 refuted of 1000 that are not equivalent are less than 98 %"));
    // A proof that came to no end is a reason in itself.
    EXPECT_TRUE(says(shortcomings(survivors), "7 survivors have no reason"));
    EXPECT_EQ(summary(survivors).back(), "mutants: 1000 refuted: 979 equivalent: 0 survived: 21");

    Results equivalent = good();
    for (unsigned i = 0; i < 30; i++) equivalent.mutants[i].fate = Fate::equivalent;
    EXPECT_EQ(shortcomings(equivalent), std::vector<std::string>{});

    Results source = good();
    source.mutants.back().fate = Fate::survived;
    EXPECT_TRUE(says(shortcomings(source), "1 mutants of the source are not refuted"));

    Results idle = good();
    for (MutantResult& m : idle.mutants) m.refuted_by = {"a/one", "b/two"};
    EXPECT_TRUE(says(shortcomings(idle), "a/one refutes no mutant that no other theorem refutes"));

    Results unasked = good();
    for (MutantResult& m : unasked.mutants) m.complete = m.complete && m.refuted_by[0] != "b/two";
    EXPECT_TRUE(says(shortcomings(unasked), "b/two refutes no mutant that no other theorem refutes"));
    EXPECT_EQ(kills_of("b/two", unasked).refuted, 500U);

    Results unreached = good();
    unreached.unreached = {"kernel/fork/publish.cpp:1 publish+0x1: nop"};
    EXPECT_TRUE(says(shortcomings(unreached), "1 stretches of code are reached by no theorem"));
    EXPECT_TRUE(says(summary(unreached), "  kernel/fork/publish.cpp:1 publish+0x1: nop"));

    EXPECT_TRUE(says(shortcomings(Results{}), "there is no mutant"));
}

TEST(MutantsResults, WhatIsWrittenIsReadAgain) {
    Results r = good();
    r.mutants[3].fate = Fate::stopped;
    r.mutants[3].why = "b/two: more than 20000 paths";
    const Results again = from_json(as_json(r), "here");
    EXPECT_EQ(as_json(again), as_json(r));
    EXPECT_EQ(again.mutants[3].why, r.mutants[3].why);
    EXPECT_THROW(from_json("{}", "here"), BadResults);
    EXPECT_THROW(from_json("not JSON", "here"), BadResults);
}

/// The parts of a good run, as so many machines would make them.
std::vector<Results> parts_of(const Results& whole, unsigned parts) {
    std::vector<Results> all;
    for (unsigned part = 1; part <= parts; part++) {
        Results r = whole;
        r.part = part;
        r.parts = parts;
        r.mutants.clear();
        for (std::size_t i = 0; i < whole.mutants.size(); i++)
            if (i % parts + 1 == part) r.mutants.push_back(whole.mutants[i]);
        all.push_back(r);
    }
    return all;
}

TEST(MutantsResults, PartsMergeToTheWholeInAnyOrder) {
    std::vector<Results> parts = parts_of(good(), 3);
    const Results merged = merge(parts);
    EXPECT_EQ(merged.mutants.size(), good().mutants.size());
    EXPECT_EQ(shortcomings(merged), std::vector<std::string>{});
    std::reverse(parts.begin(), parts.end());
    EXPECT_EQ(as_json(merge(parts)), as_json(merged));
    EXPECT_EQ(shortcomings(parts[0]), std::vector<std::string>{}) << "a part need not have them all";
}

TEST(MutantsResults, PartsThatAreNotTheWholeAreRefused) {
    const std::vector<Results> parts = parts_of(good(), 3);
    EXPECT_THROW(merge({}), BadResults);
    EXPECT_THROW(merge({parts[0], parts[1]}), BadResults);
    EXPECT_THROW(merge({parts[0], parts[1], parts[1]}), BadResults);
    std::vector<Results> other = parts;
    other[1].about = "another kernel";
    EXPECT_THROW(merge(other), BadResults);
    other = parts;
    other[2].mutants.pop_back();
    EXPECT_THROW(merge(other), BadResults);
}

TEST(MutantsWorkers, ACrashAnExceptionAndAnEndlessLoopCostOnlyThemselves) {
    std::vector<WorkerResult> results(5);
    run_workers(
        results.size(), {2, std::chrono::seconds(2)},
        [](std::size_t i) -> std::string {
            if (i == 1) std::raise(SIGSEGV);
            if (i == 2) throw std::runtime_error("so it was");
            if (i == 3)
                for (;;) ::pause();
            return std::string(200'000, 'x');
        },
        [&](std::size_t i, const WorkerResult& result) { results[i] = result; });
    EXPECT_EQ(results[0].end, WorkerResult::End::finished);
    EXPECT_EQ(results[0].text.size(), 200'000U);
    EXPECT_EQ(results[1].end, WorkerResult::End::failed);
    EXPECT_NE(results[1].text.find("signal"), std::string::npos);
    EXPECT_EQ(results[2].end, WorkerResult::End::failed);
    EXPECT_EQ(results[2].text, "so it was");
    EXPECT_EQ(results[3].end, WorkerResult::End::too_late);
    EXPECT_EQ(results[4].end, WorkerResult::End::finished);
}

} // namespace
} // namespace forkproof::proofs::mutants
