// What `prove` remembers: a proof, as long as all that it rests on is the same.
#include "proofs/cache.hpp"
#include "proofs/run.hpp"
#include "tests/unit/prove_driver.hpp"
#include <fstream>

namespace forkproof::tests {
namespace {

using namespace proofs;

/// An image of 100 bytes.
struct Bytes {
    std::string bytes = std::string(100, 'x'), names = "names";
    std::uint32_t kmalloc = 40;
    [[nodiscard]] ImageFingerprint fingerprint() const {
        return {bytes + std::to_string(kmalloc), names,
                [b = bytes](std::uint32_t begin, std::uint32_t end) -> std::optional<std::string> {
                    if (begin > end || end > b.size()) return {};
                    return b.substr(begin, end - begin);
                },
                [at = kmalloc](const std::string& function) -> std::optional<std::uint32_t> {
                    if (function != "kmalloc") return {};
                    return at;
                }};
    }
};

class CacheTest : public testing::Test {
  protected:
    [[nodiscard]] Cache cache(const Bytes& image = {}, const std::string& prover = "prover",
                              bool full = false) const {
        return {folder.path() + "/cache", prover, image.fingerprint(), full};
    }
    [[nodiscard]] std::string file() const { return folder.path() + "/cache/steps.a.json"; }

    Folder folder;
    Theorem about_code = [] {
        Theorem made = proved_theorem("steps/a");
        made.needs_image = true;
        return made;
    }();
};

TEST_F(CacheTest, RemembersAProofAsItWas) {
    EXPECT_FALSE(cache().find(about_code));
    TheoremReport report = proved(7, 9);
    report.seconds = 0.5;
    report.log = {"line"};
    report.assumptions = {"words"};
    EXPECT_TRUE(cache().keep(about_code, report));
    const auto again = cache().find(about_code);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->cached);
    EXPECT_EQ(again->name, "steps/a");
    EXPECT_EQ(again->outcome, Outcome::proved);
    EXPECT_EQ(again->paths, 7U);
    EXPECT_EQ(again->queries, 9U);
    EXPECT_EQ(again->seconds, 0.5);
    EXPECT_EQ(again->log, report.log);
    EXPECT_EQ(again->assumptions, report.assumptions);
}

TEST_F(CacheTest, NothingButAProofIsRemembered) {
    for (const Outcome outcome : {Outcome::refuted, Outcome::unknown, Outcome::vacuous}) {
        TheoremReport report = proved();
        report.outcome = outcome;
        cache().keep(about_code, report);
        EXPECT_FALSE(cache().find(about_code));
    }
}

TEST_F(CacheTest, HoldsForTheSameTheoremProverAndCheckOnly) {
    cache().keep(about_code, proved());
    EXPECT_TRUE(cache().find(about_code));
    EXPECT_FALSE(cache({}, "another prover").find(about_code));
    EXPECT_FALSE(cache({}, "prover", true).find(about_code));
    about_code.name = "steps/b";
    EXPECT_FALSE(cache().find(about_code));
}

TEST_F(CacheTest, ATheoremMayNameWhatItDependsOnInsteadOfTheProver) {
    about_code.inputs = "table 1";
    cache().keep(about_code, proved());
    EXPECT_TRUE(cache({}, "another prover").find(about_code));
    about_code.inputs = "table 2";
    EXPECT_FALSE(cache().find(about_code));
}

TEST_F(CacheTest, WithoutRangesTheWholeImageCounts) {
    cache().keep(about_code, proved());
    Bytes other;
    other.bytes[99] = 'y';
    EXPECT_FALSE(cache(other).find(about_code));
    about_code.needs_image = false;
    EXPECT_TRUE(cache(other).find(about_code));
}

TEST_F(CacheTest, WithRangesOnlyTheBytesInThemCount) {
    TheoremReport report = proved();
    report.touched = {{50, 60}, {10, 20}, {15, 30}};
    cache().keep(about_code, report);
    for (std::uint32_t at = 0; at < 100; at++) {
        Bytes other;
        other.bytes[at] = 'y';
        const bool touched = (at >= 10 && at < 30) || (at >= 50 && at < 60);
        EXPECT_EQ(cache(other).find(about_code).has_value(), !touched) << at;
    }
    Bytes moved;
    moved.bytes[99] = 'y';
    moved.names = "data stands elsewhere";
    EXPECT_FALSE(cache(moved).find(about_code));
    Bytes shorter;
    shorter.bytes.resize(55);
    EXPECT_FALSE(cache(shorter).find(about_code));
}

TEST_F(CacheTest, FunctionsKnownByNameMustStandWhereTheyStood) {
    TheoremReport report = proved();
    report.touched = {{50, 60}};
    report.functions = {"kmalloc"};
    cache().keep(about_code, report);
    Bytes other;
    other.bytes[0] = 'y';
    EXPECT_TRUE(cache(other).find(about_code));
    other.kmalloc = 44;
    EXPECT_FALSE(cache(other).find(about_code));
    report.functions = {"kfree"}; // whose address is not known: then all of the image counts
    cache().keep(about_code, report);
    EXPECT_TRUE(cache().find(about_code));
    EXPECT_FALSE(cache(other).find(about_code));
}

TEST_F(CacheTest, LayoutsCountEvenWhereNoByteDiffers) {
    cache().keep(about_code, proved());
    Bytes other;
    other.names = "two fields have changed their names";
    EXPECT_FALSE(cache(other).find(about_code));
}

TEST_F(CacheTest, RangesOutsideTheImageMeanTheWholeImage) {
    TheoremReport report = proved();
    report.touched = {{90, 110}};
    cache().keep(about_code, report);
    EXPECT_TRUE(cache().find(about_code));
    Bytes other;
    other.bytes[0] = 'y';
    EXPECT_FALSE(cache(other).find(about_code));
}

TEST_F(CacheTest, AFileThatCannotBeReadIsAsGoodAsNone) {
    cache().keep(about_code, proved());
    std::ifstream kept(file());
    const std::string text{std::istreambuf_iterator<char>(kept), {}};
    ASSERT_GT(text.size(), 50U);
    for (const std::string& broken :
         {std::string(), text.substr(0, text.size() / 2), std::string("{}"), std::string("[1]"),
          std::string("nul\0", 4), std::string("{\"key\": 1}")}) {
        std::ofstream(file()) << broken;
        EXPECT_FALSE(cache().find(about_code)) << broken;
        EXPECT_TRUE(cache().keep(about_code, proved()));
        EXPECT_TRUE(cache().find(about_code));
    }
}

TEST_F(CacheTest, AFolderThatCannotBeIsSaid) {
    std::ofstream(folder.path() + "/file") << "text";
    const Cache nowhere(folder.path() + "/file/cache", "prover", Bytes().fingerprint(), false);
    EXPECT_FALSE(nowhere.keep(about_code, proved()));
    EXPECT_FALSE(nowhere.find(about_code));
}

TEST_F(CacheTest, SparesTheRunUnlessAFreshOneIsWanted) {
    unsigned runs = 0;
    const std::vector<Theorem> theorems{theorem("a/b", [&](const Setting&) {
        runs++;
        return proved();
    })};
    const Cache kept = cache();
    RunOptions options;
    options.cache = &kept;
    EXPECT_FALSE(run_theorems(theorems, {}, options)[0].cached);
    EXPECT_TRUE(run_theorems(theorems, {}, options)[0].cached);
    EXPECT_EQ(runs, 1U);
    options.fresh = true;
    EXPECT_FALSE(run_theorems(theorems, {}, options)[0].cached);
    EXPECT_EQ(runs, 2U);
}

} // namespace
} // namespace forkproof::tests
