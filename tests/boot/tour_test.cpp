// The tour: what it prints, how it ends, and that it is the same each time.
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

constexpr const char* expected_file = "tests/boot/tour.expected";

// In these lines of the kernel the numbers depend on the image, or on how fast the kernel is.
const std::regex lines_of_numbers("forkproof: .*|processes made .*|  ([a-z-]+ +[0-9]+ *)+|verdict: .*");

// Such a line with # for each number, and without the blanks that align them.
std::string masked(std::string line) {
    if (!std::regex_match(line, lines_of_numbers)) return line;
    for (const auto& [what, instead] : {std::pair(" +$", ""), {" +(?=[0-9])", " "}, {"\\b[0-9]+\\b", "#"}})
        line = std::regex_replace(line, std::regex(what), instead);
    return line;
}

const Boot& tour() {
    static const Boot run = boot({});
    return run;
}

TEST(Tour, EndsWithTheVerdict) {
    Expect(tour())
        .ends(Ending::good)
        .line("power-off: init, status 0")
        .last_line(verdict_pattern)
        .complains("")
        .never_says("FAILED")
        .never_says("fail=")
        .that(tour().plain == tour().transcript, "standard output is the transcript");
}

TEST(Tour, PrintsWhatIsExpected) {
    const auto expected = lines_of(text_of(expected_file));
    std::string actual, report;
    std::size_t number = 0;
    for (const auto& line : tour().lines) {
        const std::string came = masked(line);
        actual += came + "\n";
        const std::string wanted = number < expected.size() ? expected[number] : "(nothing)";
        if (came != wanted && report.size() < 2000)
            report += fmt::format("  line {}\n    MISSING {}\n    BAD     {}\n", number + 1, wanted, came);
        number++;
    }
    for (; number < expected.size() && report.size() < 2000; number++)
        report += fmt::format("  line {}\n    MISSING {}\n", number + 1, expected[number]);
    if (report.empty()) return;
    const auto file = build_folder() / "tour.actual";
    write_text(file, actual);
    ADD_FAILURE() << tour().command << "\n"
                  << report << "  If this is how it should be: cp " << file.string() << " " << expected_file;
}

TEST(Tour, IsTheSameAgainToTheTick) {
    const Boot again = boot({});
    EXPECT_EQ(again.transcript, tour().transcript);
    EXPECT_GT(tour().end_tick, 1'000'000U) << "Bochs's log does not tell the tick";
    EXPECT_EQ(again.end_tick, tour().end_tick);
}

// COM1 says the same if it is asked to; terminals there want CR LF.
TEST(Tour, GoesToTheSerialLineToo) {
    const Boot run = boot({.cmdline = "console=ttyS0"});
    Expect(run).ends(Ending::good).last_line(verdict_pattern);
    std::string serial = run.serial;
    std::erase(serial, '\r');
    EXPECT_EQ(serial, run.transcript);
}

TEST(Tour, DoesNotGoToTheSerialLineUnasked) { EXPECT_EQ(tour().serial, ""); }

TEST(Tour, HoldsWithTheChecksBetweenSteps) {
    const Boot run = boot({.cmdline = "check=step"});
    Expect(run).ends(Ending::good).line("power-off: init, status 0").last_line(verdict_pattern);
    const auto checks = [](const Boot& of) { // of `boot`, an invariant that holds mid-call too
        std::smatch found;
        const std::regex row("  boot +([0-9]+) .*");
        for (const auto& line : of.lines)
            if (std::regex_match(line, found, row)) return std::stoi(found[1]);
        return 0;
    };
    EXPECT_GT(checks(run), 5 * checks(tour())) << "check=step does not check between the steps";
}

TEST(Tour, HasNoVerdictWithTheChecksOff) {
    const Boot run = boot({.cmdline = "check=off"});
    Expect(run)
        .ends(Ending::good) // as it was asked for
        .last_line("verdict: none, the checks were off \\(check=off\\)");
}

TEST(Tour, IsQuietAboutTheBootIfAsked) {
    const Boot run = boot({.cmdline = "quiet"});
    Expect(run).ends(Ending::good).never_says("forkproof: ");
}

// The machine with as little memory as the README and the loader speak of, and with much.
TEST(Tour, RunsInLittleMemoryAndInMuch) {
    for (const unsigned megabytes : {4U, 512U}) {
        const Boot run = boot({.memory = megabytes});
        Expect(run).ends(Ending::good).last_line(verdict_pattern);
    }
    const Boot few = boot({.cmdline = "memory=4"});
    Expect(few).ends(Ending::good).last_line(verdict_pattern);
}

TEST(Tour, TakesAtMostTheBudgetToBoot) {
    constexpr int budget = 2'000'000; // ticks from 0x7c00 to the first ring 3 instruction, without the disk
    const std::regex row("processes made .* \\(([0-9]+) to ring 3 without the disk\\)");
    std::smatch found;
    int ticks = 0;
    for (const auto& line : tour().lines)
        if (std::regex_match(line, found, row)) ticks = std::stoi(found[1]);
    EXPECT_GT(ticks, 0) << "the kernel does not say it";
    EXPECT_LE(ticks, budget);
}

} // namespace
} // namespace forkproof::boots
