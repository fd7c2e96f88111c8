// The list of faults in the source: how it is read, and that each is still an edit of the kernel.
#include "proofs/mutants/edits.hpp"
#include <gtest/gtest.h>
#include <map>

namespace forkproof::proofs::mutants {
namespace {

constexpr const char* ONE = "# a comment\n"
                            "@ name release-dropped steps/creds kernel/a.cpp\n"
                            " before\n"
                            "-old\n"
                            "+new\n"
                            "\n"
                            "...\n"
                            "-second\n";

/// What is wrong with a list, or "".
std::string complaint(const std::string& list) {
    try {
        read_edits(list, "list");
        return "";
    } catch (const BadEdit& bad) {
        return bad.what();
    }
}

std::string complaint_about(const std::string& text) {
    try {
        (void)with_edit(read_edits(ONE, "list").at(0), text);
        return "";
    } catch (const BadEdit& bad) {
        return bad.what();
    }
}

TEST(MutantsEdits, AListIsReadPlaceByPlace) {
    const auto all = read_edits(ONE, "list");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "name");
    EXPECT_EQ(all[0].kind, "release-dropped");
    EXPECT_EQ(all[0].theorem, "steps/creds");
    EXPECT_EQ(all[0].file, "kernel/a.cpp");
    EXPECT_EQ(all[0].listed, "list:2");
    ASSERT_EQ(all[0].places.size(), 2U);
    EXPECT_EQ(all[0].places[0].before, "before\nold\n");
    EXPECT_EQ(all[0].places[0].after, "before\nnew\n");
    EXPECT_EQ(all[0].places[1].after, "");
}

TEST(MutantsEdits, AnEditChangesWholeLinesInBothPlaces) {
    EXPECT_EQ(with_edit(read_edits(ONE, "list").at(0), "before\nold\nbetween\nsecond\n"),
              "before\nnew\nbetween\n");
}

TEST(MutantsEdits, WhatIsNotThereOrThereTwiceIsRefused) {
    EXPECT_EQ(complaint_about("old\nsecond\n"), "list:2: name: kernel/a.cpp has no such lines (any more)");
    EXPECT_EQ(complaint_about("before\nolder\nsecond\n"),
              "list:2: name: kernel/a.cpp has no such lines (any more)");
    EXPECT_EQ(complaint_about("before\nold\nsecond\nsecond\n"),
              "list:2: name: kernel/a.cpp has such lines more than once; give more context");
}

TEST(MutantsEdits, ABadListIsNamedWithItsLine) {
    EXPECT_EQ(complaint("-old\n"), "list:1: stands before the first mutant, which begins with '@'");
    EXPECT_EQ(complaint("@ a release-dropped t\n"),
              "list:1: a mutant begins with '@', a name, a kind, a theorem and a file");
    EXPECT_EQ(complaint("@ a nonsense t f\n-x\n"),
              "list:1: 'nonsense' is no kind of mutant; tests/mutants/README.md names them");
    EXPECT_EQ(complaint("@ a historical t f\n=x\n"),
              "list:2: a line of an edit begins with '-', '+' or a blank");
    EXPECT_EQ(complaint("@ a historical t f\n x\n"),
              "list:1: a has a place without old text, or where nothing changes");
    EXPECT_EQ(complaint("@ a historical t f\n+x\n"),
              "list:1: a has a place without old text, or where nothing changes");
}

TEST(MutantsEdits, EveryListedFaultIsAnEditOfTheKernelAsItIs) {
    std::map<std::string, unsigned> kinds;
    for (const SourceMutant& mutant : read_edits_of_folder("tests/mutants")) {
        kinds[mutant.kind]++;
        EXPECT_NO_THROW({
            const std::string text = content_of(mutant.file);
            EXPECT_NE(with_edit(mutant, text), text) << mutant.listed;
        }) << mutant.listed;
    }
    for (const char* kind : {"release-dropped", "pair-swapped", "test-inverted", "errno-changed"})
        EXPECT_GE(kinds[kind], 10U) << kind;
    for (const char* defect :
         {"B1-", "B2-", "B3-", "B5-", "B6-", "B7-", "B8-", "B9-", "B13-", "B15-", "B16-"}) {
        bool listed = false;
        for (const SourceMutant& mutant : read_edits_of_folder("tests/mutants"))
            listed = listed || (mutant.kind == "historical" && mutant.name.starts_with(defect));
        EXPECT_TRUE(listed) << defect;
    }
}

/// Each row of the table of steps, each `if` of the steps: none is left out of the list.
TEST(MutantsEdits, EveryReleaseOfTheTableIsDroppedAndEveryPairOfRowsSwapped) {
    const std::string text = content_of("kernel/fork/copy_process.cpp");
    const auto all = read_edits_of_folder("tests/mutants");
    auto touched_by = [&](const std::string& row, const std::string& kind) {
        unsigned n = 0;
        for (const SourceMutant& mutant : all)
            for (const Replacement& place : mutant.places)
                if (mutant.kind == kind && place.before.find(row) != std::string::npos &&
                    place.after.find(row) == std::string::npos)
                    n++;
        return n;
    };
    unsigned rows = 0;
    for (std::size_t at = 0; (at = text.find("\n    {\"", at)) != std::string::npos;) {
        at++;
        const std::string row = text.substr(at, text.find('\n', at) - at);
        rows++;
        EXPECT_GE(touched_by(row, "pair-swapped"), 1U) << row;
        if (row.find("release_nothing") == std::string::npos) {
            EXPECT_GE(touched_by(row, "release-dropped"), 1U) << row;
        }
    }
    EXPECT_EQ(rows, 18U);
}

} // namespace
} // namespace forkproof::proofs::mutants
