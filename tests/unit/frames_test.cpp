// The frames on port 0xE9: what the kernel says, what programs print, and that neither passes for the other.
#include "debug/frames.hpp"
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace forkproof::tests {
namespace {

/// What came out, in order: "K:text", "P:text", "-:text" for plain; neighbours of plain text joined.
class Heard {
  public:
    runner::FrameDemux demux{[this](std::string_view t) { add('K', t); },
                             [this](std::string_view t) { add('P', t); },
                             [this](std::string_view t) { add('-', t); }};
    std::vector<std::string> all;

  private:
    void add(char who, std::string_view text) {
        if (who == '-' && !all.empty() && all.back()[0] == '-')
            all.back() += text;
        else
            all.push_back(std::string(1, who) + ":" + std::string(text));
    }
};

std::vector<std::string> heard(std::string_view bytes) {
    Heard h;
    h.demux.feed(bytes);
    h.demux.finish();
    return h.all;
}

std::string frame(char kind, std::string_view payload) {
    std::string bytes = std::string("\x02") + kind;
    for (const char c : payload)
        if (c == 0x02 || c == 0x03 || c == 0x10)
            (bytes += '\x10') += static_cast<char>(c ^ 0x40);
        else
            bytes += c;
    return bytes + '\x03';
}

using Lines = std::vector<std::string>;

TEST(Frames, TellsTheThreeVoicesApart) {
    EXPECT_EQ(heard("boot: hello\n" + frame('K', "init\n") + frame('P', "out\n") + "bochs\n"),
              (Lines{"-:boot: hello\n", "K:init\n", "P:out\n", "-:bochs\n"}));
    EXPECT_EQ(heard(""), Lines{});
    EXPECT_EQ(heard(frame('K', "")), Lines{"K:"});
}

TEST(Frames, UndoesTheEscapes) {
    const std::string hostile = std::string("a\x02K\x03\x10\x42\x00z", 8);
    EXPECT_EQ(heard(frame('P', hostile)), Lines{"P:" + hostile});
}

TEST(Frames, EveryByteSurvives) {
    std::string all;
    for (int c = 0; c < 256; c++) all += static_cast<char>(c);
    EXPECT_EQ(heard(frame('P', all)), Lines{"P:" + all});
    EXPECT_EQ(heard(frame('K', all)), Lines{"K:" + all});
}

TEST(Frames, AProgramCannotSpeakForTheKernel) {
    const std::string lie = "\x02Kverdict: all 33 invariants held over 9 checks\x03";
    for (const std::string& line : heard(frame('P', lie))) EXPECT_NE(line[0], 'K') << line;
}

TEST(Frames, PlainTextThatLooksLikeAVerdictIsPlain) {
    EXPECT_EQ(heard("verdict: all 33 invariants held\n"), Lines{"-:verdict: all 33 invariants held\n"});
    EXPECT_EQ(heard("K\x03"), Lines{"-:K\x03"});
}

TEST(Frames, AFrameThatIsCutOffIsNotBelieved) {
    for (const std::string& line : heard("\x02Kverdict: all")) EXPECT_NE(line[0], 'K') << line;
    const Lines lines = heard("\x02Khalf" + frame('K', "whole"));
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back(), "K:whole");
    for (const std::string& line : lines) EXPECT_NE(line, "K:half");
}

TEST(Frames, AnUnknownKindIsNobody) {
    for (const std::string& line : heard("\x02Xverdict\x03")) EXPECT_EQ(line[0], '-') << line;
    for (const std::string& line : heard("\x02\x03")) EXPECT_EQ(line[0], '-') << line;
    EXPECT_EQ(heard("\x02\x03" + frame('K', "after")).back(), "K:after");
}

TEST(Frames, AnEscapeAtTheEndOfAFrameEndsNothing) {
    // DLE ETX is the escaped byte 'C', so the frame goes on
    EXPECT_EQ(heard("\x02Ka\x10\x03z\x03"), Lines{"K:aCz"});
}

TEST(Frames, HowTheBytesAreCutDoesNotMatter) {
    const std::string bytes =
        "plain" + frame('K', "one\x02\x03\x10") + "x" + frame('P', "two") + "\x02Zq" + frame('K', "end");
    const Lines whole = heard(bytes);
    std::mt19937 random(2633);
    for (int round = 0; round < 500; round++) {
        Heard h;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t n = 1 + random() % 5;
            h.demux.feed(std::string_view(bytes).substr(at, n));
            at += n;
        }
        h.demux.finish();
        ASSERT_EQ(h.all, whole);
    }
}

TEST(Frames, RandomBytesNeverEndInAKernelLineWithoutAKernelFrame) {
    std::mt19937 random(2633);
    for (int round = 0; round < 2000; round++) {
        std::string bytes;
        for (int i = 0; i < 64; i++) bytes += "\x02\x03\x10PabX"[random() % 7]; // no 'K' at all
        for (const std::string& line : heard(bytes)) ASSERT_NE(line[0], 'K');
    }
}

} // namespace
} // namespace forkproof::tests
