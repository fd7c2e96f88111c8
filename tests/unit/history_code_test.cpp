// The ladder as i386 code, as a decoder sees it.
#include "proofs/history/code.hpp"
#include "proofs/machine/decode.hpp"
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using namespace proofs;

TEST(LadderCode, IsWhatZydisReads) {
    const Ladder ladder = ladder_of_2_6_33();
    const LadderCode code = ladder_code(ladder, 0x1000, 0x9000);
    const Decoder decoder([&](std::uint32_t address) {
        return address - 0x1000 < code.bytes.size() ? code.bytes[address - 0x1000] : -1;
    });
    std::vector<CodeRange> ranges{{0x1000, code.steps.front(), "the ladder"}};
    std::vector<std::uint32_t> begins = code.steps;
    begins.insert(begins.end(), code.releases.begin(), code.releases.end());
    for (std::size_t i = 0; i < begins.size(); i++)
        ranges.push_back(
            {begins[i],
             i + 1 < begins.size() ? begins[i + 1] : 0x1000 + static_cast<std::uint32_t>(code.bytes.size()),
             "function " + std::to_string(i)});
    EXPECT_EQ(check_decoding(decoder, ranges), std::vector<std::string>());
    // the calls, in their order
    std::vector<std::uint32_t> called;
    std::set<std::uint32_t> jumps;
    for (std::uint32_t at = 0x1000; at < code.steps.front(); at = decoder.at(at).next()) {
        const Instruction& instruction = decoder.at(at);
        if (instruction.z.mnemonic == ZYDIS_MNEMONIC_CALL) called.push_back(instruction.relative_target());
        if (instruction.z.mnemonic == ZYDIS_MNEMONIC_JNZ) jumps.insert(instruction.relative_target());
    }
    EXPECT_EQ(called, begins);
    std::set<std::string> labels;
    for (const std::size_t step : ladder.exits()) labels.insert(ladder.steps[step].label);
    EXPECT_EQ(jumps.size(), labels.size()) << "one place to land for each label";
}

} // namespace
} // namespace forkproof::tests
