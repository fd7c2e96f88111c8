// The kernel command line: what is not understood is refused, with the list of what is known.
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

struct BadLine {
    const char* words;
    const char* said;
    const char* known; ///< stands in the list that follows
};

constexpr BadLine bad_lines[] = {
    {"colour=red", "command line: unknown word: 'colour=red'; known: ", "fail=STEP[:N[:ERRNO]]"},
    {"rules=-newns", "command line: unknown rule: 'newns'; known: ", " newns-fs "},
    {"check=often", "command line: unknown value of check=: 'often'; known: ", "off call step"},
    {"quiet quiet", "command line: a word is given twice: 'quiet'", ""},
    {"args=\"open", "command line: a quotation mark is never closed: ", ""},
    {"max_threads=0", "command line: number too small: '0'; known: ", "1 to 4294967295"},
    {"provoke=nonsense", "provoke=nonsense: there is no such fault; known: ", "triple-fault"},
};

TEST(CommandLine, ThatIsNotUnderstoodIsRefused) {
    for (const auto& bad : bad_lines) {
        const Boot run = boot({.cmdline = bad.words});
        Expect(run)
            .ends(Ending::panic)
            .says(bad.said)
            .says(bad.known)
            .says("PANIC: the command line ")
            .never_says("verdict:")
            .complaint_has("failed: PANIC: the command line ");
    }
}

TEST(CommandLine, ThatIsTooLongIsRefusedBeforeBoot) {
    const Boot run = boot({.cmdline = "args=\"" + std::string(600, 'x') + "\""});
    Expect(run)
        .ends(Ending::refused)
        .complains("refused: the kernel command line has 607 characters; there is room for 511");
}

// A panic reaches the serial line without being asked to.
TEST(CommandLine, PanicsAreSaidOnTheSerialLine) {
    const Boot run = boot({.cmdline = "colour=red"});
    EXPECT_NE(run.serial.find("PANIC: the command line cannot be read"), std::string::npos) << run.serial;
}

} // namespace
} // namespace forkproof::boots
