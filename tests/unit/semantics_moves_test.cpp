#include "tests/unit/machine.hpp"

namespace forkproof::proofs::testing {
namespace {

TEST(SemanticsOfMoves, LoadsAndStoresThroughBaseIndexAndDisplacement) {
    Machine m({0x8b, 0x44, 0x8b, 0x10,             // mov eax, [ebx+ecx*4+0x10]
               0xc7, 0x03, 0x78, 0x56, 0x34, 0x12, // mov dword ptr [ebx], 0x12345678
               0x8a, 0x63, 0x02});                 // mov ah, [ebx+2]
    m.s.set(Reg::ebx, word32(PAGE));
    m.s.set(Reg::ecx, word32(3));
    m.step();
    EXPECT_TRUE(m.s.get(Reg::eax).is(0x11223344));
    m.step();
    m.step();
    EXPECT_TRUE(m.s.get(Reg::eax).is(0x11223444));
    EXPECT_EQ(m.s.ip, CODE + 13);
}

TEST(SemanticsOfMoves, AnUnknownPointerDividesThePathAndChangesNothing) {
    Machine m({0x01, 0x03}); // add [ebx], eax
    m.s.set(Reg::ebx, m.symbol("pointer"));
    EXPECT_THROW(m.step(), Fork);
    EXPECT_EQ(m.s.ip, CODE);
    EXPECT_TRUE(m.s.memory.written().empty());
    m.s.learn(m.s.get(Reg::ebx).term(), PAGE);
    m.step();
    EXPECT_EQ(m.s.memory.written().begin()->first, PAGE);
}

TEST(SemanticsOfMoves, AConditionalMoveOfAnUnknownConditionHoldsBothValues) {
    Machine m({0x39, 0xd8, 0x0f, 0x42, 0xd1}); // cmp eax, ebx; cmovb edx, ecx
    const Word a = m.symbol("a"), b = m.symbol("b");
    m.s.set(Reg::eax, a);
    m.s.set(Reg::ebx, b);
    m.s.set(Reg::ecx, word32(1));
    m.s.set(Reg::edx, word32(2));
    m.step();
    m.step();
    EXPECT_TRUE(m.valid(eq(m.s.get(Reg::edx), ite(ult(a, b), word32(1), word32(2)))));
}

TEST(SemanticsOfMoves, PushEspPushesWhatItWasAndPopEspKeepsWhatItPops) {
    Machine m({0x54, 0x5c}); // push esp; pop esp
    const auto esp = m.s.get(Reg::esp).value();
    m.step();
    EXPECT_TRUE(m.s.memory.peek(static_cast<std::uint32_t>(esp) - 4, 4).is(esp));
    m.step();
    EXPECT_TRUE(m.s.get(Reg::esp).is(esp));
}

TEST(SemanticsOfMoves, APushedSelectorHasNothingKnownAboveIt) {
    Machine m({0x1e, 0x58, 0x8e, 0xd8}); // push ds; pop eax; mov ds, ax
    m.s.set(Seg::ds, Word(16, 0x7b));
    m.step();
    m.step();
    EXPECT_FALSE(m.s.get(Reg::eax).known());
    EXPECT_TRUE(extract(m.s.get(Reg::eax), 15, 0).is(0x7b));
    m.s.set(Seg::ds, Word(16, 0));
    m.step();
    EXPECT_TRUE(m.s.get(Seg::ds).is(0x7b));
}

TEST(SemanticsOfMoves, RepMovsdCopiesUpwardsWordByWord) {
    Machine m({0xfc, 0xf3, 0xa5}); // cld; rep movsd
    m.s.memory.poke(PAGE, word32(0xcafe));
    m.s.set(Reg::esi, word32(PAGE));
    m.s.set(Reg::edi, word32(PAGE + 4));
    m.s.set(Reg::ecx, word32(3));
    m.step();
    m.step();
    EXPECT_TRUE(m.s.memory.peek(PAGE + 12, 4).is(0xcafe)) << "the first word walks";
    EXPECT_TRUE(m.s.get(Reg::esi).is(PAGE + 12));
    EXPECT_TRUE(m.s.get(Reg::edi).is(PAGE + 16));
    EXPECT_TRUE(m.s.get(Reg::ecx).is(0));
}

TEST(SemanticsOfMoves, AnInstructionWithoutSemanticsStopsTheRun) {
    Machine m({0x0f, 0xa2, 0xd9, 0xe8}); // cpuid; fld1
    m.step();
    EXPECT_THROW(m.step(), CannotTell);
    m.s.ip = CODE + 99;
    EXPECT_THROW(m.step(), CannotTell);
}

} // namespace
} // namespace forkproof::proofs::testing
