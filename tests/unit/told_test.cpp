// What the runner tells other programs of a run: JSON, and JUnit's XML.
#include <cstdio>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "debug/junit.hpp"
#include "debug/told.hpp"

namespace forkproof::runner {
namespace {

const std::vector<std::string> good_lines = {
    "processes made 55, calls 694, ticks 26179552 (955819 to ring 3 without the disk)",
    "invariants, and how often each was checked:",
    "  boot              166   leader            167   no-dangling       168",
    "  nproc-limit         3",
    "power-off: init, status 0",
    "verdict: all 33 invariants held over 166 checks",
};
const std::vector<std::string> bad_lines = {
    "violation: one-root: a parent is in the same pid namespace",
    "violation: reaper: every pid namespace has a reaper",
    "  after clone(THREAD | NEWPID) by pid 3 (break)",
    "  the task in question:",
};

/// What write_junit has written.
pugi::xml_document junit_of(const Told& told, const Judgement& judgement) {
    const std::string file = testing::TempDir() + "/told.xml";
    write_junit(file, told, judgement, "check=step");
    pugi::xml_document document;
    EXPECT_TRUE(document.load_file(file.c_str()));
    std::remove(file.c_str());
    return document;
}

TEST(Told, AGoodRunIsCounted) {
    const Told told = told_by(good_lines);
    EXPECT_EQ(told.ticks, 26179552U);
    EXPECT_EQ(told.processes, 55U);
    ASSERT_EQ(told.invariants.size(), 4U);
    EXPECT_EQ(told.invariants[2].name, "no-dangling");
    EXPECT_EQ(told.invariants[2].times, 168U);
    EXPECT_TRUE(told.violations.empty());
    const auto json = nlohmann::json::parse(as_json(told, {Ending::good, {}}, "check=step"));
    EXPECT_EQ(json.at("good"), true);
    EXPECT_EQ(json.at("verdict"), "all 33 invariants held over 166 checks");
    EXPECT_EQ(json.at("invariants").size(), 4U);
    const auto suite = junit_of(told, {Ending::good, {}}).child("testsuites").child("testsuite");
    EXPECT_EQ(suite.attribute("tests").as_int(), 5);
    EXPECT_EQ(suite.attribute("failures").as_int(), 0);
}

TEST(Told, AViolationFailsWithTheCallThatDidIt) {
    const Told told = told_by(bad_lines);
    ASSERT_EQ(told.violations.size(), 2U);
    EXPECT_EQ(told.violations[1].name, "reaper");
    EXPECT_EQ(told.violations[1].after, "clone(THREAD | NEWPID) by pid 3 (break)");
    const Judgement judgement{Ending::violation, "violation: one-root, reaper"};
    const auto json = nlohmann::json::parse(as_json(told, judgement, ""));
    EXPECT_EQ(json.at("good"), false);
    EXPECT_EQ(json.at("status"), 12);
    EXPECT_EQ(json.at("verdict"), "");
    const pugi::xml_document document = junit_of(told, judgement);
    const auto suite = document.child("testsuites").child("testsuite");
    EXPECT_EQ(suite.attribute("failures").as_int(), 3);
    const auto one = suite.find_child_by_attribute("testcase", "name", "one-root");
    EXPECT_STREQ(one.child("failure").attribute("message").value(), "a parent is in the same pid namespace");
}

// `make break` has what it came for.
TEST(Told, WhatWasPredictedIsNoFailure) {
    const auto document =
        junit_of(told_by(bad_lines), {Ending::good, "as predicted, violated: one-root, reaper"});
    EXPECT_EQ(document.child("testsuites").attribute("failures").as_int(), 0);
}

TEST(Told, SeriesOfFailuresAreCases) {
    const Told told = told_by({"  task          failures tried  214, digests equal  214, leaks 0",
                               "  after publish failures tried   46, pid returned   45, leaks 1"});
    ASSERT_EQ(told.failures.size(), 2U);
    EXPECT_EQ(told.failures[1].name, "after publish");
    EXPECT_EQ(told.failures[1].good, 45U);
    const auto document = junit_of(told, {Ending::violation, "violation: restored"});
    EXPECT_EQ(document.child("testsuites").attribute("failures").as_int(), 2);
}

TEST(Told, NonsenseOfAProgramMakesReadableXml) {
    const std::string file = testing::TempDir() + "/nonsense.xml";
    report::write_junit(file, "suite", {{"", "a<b>&\"c\"", 0, "\x01\xff]]>\n", ""}});
    pugi::xml_document document;
    ASSERT_TRUE(document.load_file(file.c_str()));
    const auto one = document.child("testsuites").child("testsuite").child("testcase");
    EXPECT_STREQ(one.attribute("name").value(), "a<b>&\"c\"");
    EXPECT_STREQ(one.child("failure").attribute("message").value(), "..]]>");
    std::remove(file.c_str());
}

TEST(Told, AFileThatCannotBeWrittenIsNamed) {
    try {
        report::write_junit("/nowhere/at/all.xml", "suite", {});
        FAIL() << "nothing was said";
    } catch (const std::exception& error) {
        EXPECT_NE(std::string(error.what()).find("/nowhere/at/all.xml"), std::string::npos);
    }
}

} // namespace
} // namespace forkproof::runner
