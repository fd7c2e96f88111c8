#include "tests/unit/machine.hpp"

namespace forkproof::proofs::testing {
namespace {

TEST(SemanticsOfArithmetic, AddAndAdcMakeA64BitSum) {
    Machine m({0x01, 0xd8, 0x11, 0xca}); // add eax, ebx; adc edx, ecx
    const Word a = m.symbol("a", 64), b = m.symbol("b", 64);
    m.s.set(Reg::eax, extract(a, 31, 0));
    m.s.set(Reg::edx, extract(a, 63, 32));
    m.s.set(Reg::ebx, extract(b, 31, 0));
    m.s.set(Reg::ecx, extract(b, 63, 32));
    m.step();
    m.step();
    EXPECT_TRUE(m.valid(eq(concat(m.s.get(Reg::edx), m.s.get(Reg::eax)), a + b)));
}

TEST(SemanticsOfArithmetic, IncLeavesCarryAlone) {
    Machine m({0xf9, 0x40}); // stc; inc eax
    m.step();
    m.step();
    EXPECT_TRUE(m.s.flags.get(Flag::cf).value());
    EXPECT_FALSE(m.s.flags.get(Flag::zf).value());
}

TEST(SemanticsOfArithmetic, AShiftByZeroLeavesTheFlags) {
    Machine m({0x39, 0xc0, 0xd3, 0xe3}); // cmp eax, eax; shl ebx, cl
    m.s.set(Reg::ecx, word32(32));
    m.s.set(Reg::ebx, word32(5));
    m.step();
    m.step();
    EXPECT_TRUE(m.s.get(Reg::ebx).is(5));
    EXPECT_TRUE(m.s.flags.get(Flag::zf).value());
}

TEST(SemanticsOfArithmetic, AShiftByAnUnknownCountLeavesFlagsThatNobodyMayRead) {
    Machine m({0xd3, 0xe3, 0x74, 0x00}); // shl ebx, cl; jz
    m.s.set(Reg::ecx, m.symbol("count"));
    m.s.set(Reg::ebx, word32(1));
    m.step();
    EXPECT_TRUE(m.valid(!is_zero(m.s.get(Reg::ebx)))) << "a count is at most 31";
    EXPECT_THROW(m.step(), Violation);
}

TEST(SemanticsOfArithmetic, AnOverflowingDivisionIsAViolation) {
    Machine m({0xf7, 0xf1, 0xf7, 0xf9}); // div ecx; idiv ecx
    m.s.set(Reg::edx, word32(1));
    m.s.set(Reg::eax, word32(0));
    m.s.set(Reg::ecx, word32(1));
    EXPECT_THROW(m.step(), Violation);
    m.s.set(Reg::ecx, word32(2));
    m.step();
    EXPECT_TRUE(m.s.get(Reg::eax).is(0x80000000));
    m.s.set(Reg::edx, word32(0x80000000));
    m.s.set(Reg::eax, word32(0));
    m.s.set(Reg::ecx, word32(0xffffffff));
    EXPECT_THROW(m.step(), Violation) << "-2^63 / -1";
}

TEST(SemanticsOfArithmetic, ADivisorThatMayBeZeroDividesThePath) {
    Machine m({0xf7, 0xf1}); // div ecx
    m.s.set(Reg::ecx, m.symbol("divisor"));
    EXPECT_THROW(m.step(), Fork);
    EXPECT_EQ(m.s.ip, CODE);
}

TEST(SemanticsOfArithmetic, TheBitNumberOfZeroIsAnything) {
    Machine m({0x0f, 0xbc, 0xc3, 0x0f, 0xbd, 0xd3}); // bsf eax, ebx; bsr edx, ebx
    m.s.set(Reg::ebx, m.symbol("bits"));
    const Word bits = m.s.get(Reg::ebx);
    m.step();
    m.step();
    EXPECT_TRUE(m.valid(is_zero(bits) || bit(lshr(bits, m.s.get(Reg::eax)), 0)));
    EXPECT_TRUE(m.valid(is_zero(bits) || eq(lshr(bits, m.s.get(Reg::edx)), word32(1))));
    EXPECT_FALSE(m.valid(ult(m.s.get(Reg::eax), word32(32))));
}

} // namespace
} // namespace forkproof::proofs::testing
