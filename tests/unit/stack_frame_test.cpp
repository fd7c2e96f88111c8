// One function's use of the stack, on code made by hand: what is right, and what must stop the analysis.
#include "tests/unit/stack_code.hpp"

#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs::stack;

/// Walks through function 0; what it calls is known to end so.
Frame walk_alone(const HandMade& made, Ending callee = {true, 0}, unsigned pushed = 0) {
    const Surroundings around{
        [=](Address) { return callee; },
        [](const Move&) -> std::vector<Address> { throw Stopped("no pointers here"); },
        [](const Move&) { return std::nullopt; },
        [](const Move&) { return false; },
    };
    return walk(made.reader, function(0), pushed, around);
}
Frame frame_of(const Bytes& bytes) { return walk_alone(HandMade({{"f", bytes}})); }
std::string stop_of(const Bytes& bytes) {
    return stopped([&] { (void)frame_of(bytes); });
}

TEST(StackFrame, OfPushesAndPops) {
    const Frame f = frame_of({0x53, 0x56, 0x83, 0xec, 0x10, 0x83, 0xc4, 0x10, 0x5e, 0x5b, 0xc3});
    EXPECT_EQ(f.deepest, 24U);
    EXPECT_TRUE(f.ending.returns);
    EXPECT_EQ(f.ending.pops, 0);
}

TEST(StackFrame, OfAFramePointer) {
    // push ebp; mov ebp, esp; push edi; sub esp, 0x140; leave; ret
    EXPECT_EQ(frame_of({0x55, 0x89, 0xe5, 0x57, 0x81, 0xec, 0x40, 1, 0, 0, 0xc9, 0xc3}).deepest, 328U);
    // push ebp; mov ebp, esp; push edi; push esi; push ebx; sub esp, 0x1c; lea esp, [ebp-12]; pop ..; ret
    EXPECT_EQ(frame_of({0x55, 0x89, 0xe5, 0x57, 0x56, 0x53, 0x83, 0xec, 0x1c, 0x8d, 0x65, 0xf4, 0x5b, 0x5e,
                        0x5f, 0x5d, 0xc3})
                  .deepest,
              44U);
}

TEST(StackFrame, IsAtMostWhatAlignmentMayTake) {
    // push ebp; mov ebp, esp; and esp, -16; sub esp, 16; leave; ret
    EXPECT_EQ(frame_of({0x55, 0x89, 0xe5, 0x83, 0xe4, 0xf0, 0x83, 0xec, 0x10, 0xc9, 0xc3}).deepest,
              4U + 15 + 16);
}

TEST(StackFrame, TakesTheDeeperBranch) {
    // test eax, eax; je over; push eax; push eax; pop ecx; pop ecx; over: ret
    EXPECT_EQ(frame_of({0x85, 0xc0, 0x74, 4, 0x50, 0x50, 0x59, 0x59, 0xc3}).deepest, 8U);
}

TEST(StackFrame, StopsWhereDepthsDisagree) {
    // test eax, eax; je over; push eax; over: ret
    EXPECT_EQ(stop_of({0x85, 0xc0, 0x74, 1, 0x50, 0xc3}),
              "f+0x5: esp is 0 bytes below the entry's on one path and 4 on another, from f+0x4, so no bound "
              "on the "
              "stack follows: look at the code there");
    // again: push eax; jmp again
    EXPECT_NE(stop_of({0x50, 0xeb, 0xfd}).find("0 bytes below the entry's on one path and 4"),
              std::string::npos);
}

TEST(StackFrame, StopsAtAReturnThatIsNone) {
    EXPECT_NE(stop_of({0x50, 0xc3}).find("a return with esp 4 bytes below"), std::string::npos);
    EXPECT_NE(stop_of({0x59, 0xc3}).find("esp rises above"), std::string::npos);
    EXPECT_NE(stop_of({0x31, 0xed, 0xc3}).find("a return with another ebp"), std::string::npos);
    // push ebp; mov ebp, esp; push eax; pop ebp; pop ebp; ret: what was pushed last is no ebp, but the second
    // pop's is
    EXPECT_EQ(stop_of({0x55, 0x89, 0xe5, 0x50, 0x5d, 0x5d, 0xc3}), "");
    // push ebp; push eax; pop ebp; pop ecx; ret
    EXPECT_NE(stop_of({0x55, 0x50, 0x5d, 0x59, 0xc3}).find("a return with another ebp"), std::string::npos);
}

TEST(StackFrame, StopsWhereEspIsLost) {
    EXPECT_NE(stop_of({0x94, 0xc3}).find("an unknown change of esp"), std::string::npos); // xchg eax, esp
    EXPECT_NE(stop_of({0x29, 0xc4, 0xc3}).find("an unknown change of esp"),
              std::string::npos); // sub esp, eax
    EXPECT_NE(stop_of({0x8d, 0x24, 0x04, 0xc3}).find("an unknown change of esp"),
              std::string::npos);                                                        // lea [esp+eax]
    EXPECT_NE(stop_of({0xc9, 0xc3}).find("an ebp that is no frame"), std::string::npos); // leave
    EXPECT_NE(stop_of({0x55, 0x89, 0xe5, 0x89, 0xc5, 0xc9, 0xc3}).find("an ebp that is no frame"),
              std::string::npos);
    EXPECT_NE(stop_of({0xcd, 0x80, 0xc3}).find("a software interrupt"), std::string::npos);
    EXPECT_NE(stop_of({0x0f, 0xff}).find("no instruction"), std::string::npos);
    EXPECT_FALSE(frame_of({0x8b, 0x24, 0x24, 0x50, 0xc3}).ending.returns); // mov esp, [esp]: another stack
}

TEST(StackFrame, CountsReturnAddressesOfCalls) {
    const HandMade made(
        {{"f", Bytes{0x83, 0xec, 0x0c} + go(CALL, 0, 3, 1) + Bytes{0x83, 0xc4, 0x0c, 0xc3}}, {"g", {0xc3}}});
    const Frame f = walk_alone(made);
    EXPECT_EQ(f.deepest, 16U);
    ASSERT_EQ(f.calls.size(), 1U);
    EXPECT_EQ(f.calls[0].depth, 16U);
    EXPECT_EQ(f.calls[0].targets, std::vector{function(1)});
}

TEST(StackFrame, KnowsCalleesThatTakeTheirArguments) {
    // sub esp, 12; call g; add esp, 8; ret, where g ends with ret 4
    const Bytes f = Bytes{0x83, 0xec, 0x0c} + go(CALL, 0, 3, 1) + Bytes{0x83, 0xc4, 0x08, 0xc3};
    const HandMade made({{"f", f}, {"g", {0xc2, 4, 0}}});
    EXPECT_EQ(walk_alone(made, {true, 4}).deepest, 16U);
    EXPECT_NE(stopped([&] { (void)walk_alone(made, {true, 0}); }), "");
    EXPECT_EQ(frame_of({0xc2, 8, 0}).ending, (Ending{true, 8}));
}

TEST(StackFrame, EndsWithACallThatNeverReturns) {
    // call g, and nothing behind it that is code of f's
    const HandMade made({{"f", go(CALL, 0, 0, 1)}, {"g", {0xf4}}});
    EXPECT_FALSE(walk_alone(made, {}).ending.returns);
}

TEST(StackFrame, OfATailJumpIsTheTargets) {
    const HandMade made({{"f", Bytes{0x50, 0x58} + go(JUMP, 0, 2, 1)}, {"g", {0xc3}}});
    const Frame f = walk_alone(made);
    ASSERT_EQ(f.calls.size(), 1U);
    EXPECT_EQ(f.calls[0].depth, 0U);
    EXPECT_TRUE(f.ending.returns);
}

TEST(StackFrame, OfAGateBeginsWithWhatTheProcessorPushed) {
    const Bytes gate{0x50, 0x58, 0xcf}; // push eax; pop eax; iret
    EXPECT_EQ(walk_alone(HandMade({{"gate", gate}}), {}, RING_CHANGE).deepest, RING_CHANGE + 4);
    EXPECT_NE(stopped([&] {
                  (void)walk_alone(HandMade({{"gate", gate}}), {}, RING_CHANGE + 4);
              }).find("an iret with 24 bytes on the stack"),
              std::string::npos);
}

} // namespace
} // namespace forkproof::tests
