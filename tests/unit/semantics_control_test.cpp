#include "tests/unit/machine.hpp"

namespace forkproof::proofs::testing {
namespace {

TEST(SemanticsOfControl, AnUndecidedJumpDividesThePathOnItsCondition) {
    Machine m({0x39, 0xd8, 0x72, 0x10}); // cmp eax, ebx; jb
    const Word a = m.symbol("a"), b = m.symbol("b");
    m.s.set(Reg::eax, a);
    m.s.set(Reg::ebx, b);
    m.step();
    try {
        m.step();
        FAIL() << "did not divide";
    } catch (const Fork& fork) {
        EXPECT_TRUE(m.valid(!(Truth(fork.on) ^ ult(a, b))));
        m.s.learn(fork.on, 1);
    }
    m.step();
    EXPECT_EQ(m.s.ip, CODE + 0x14);
    EXPECT_EQ(m.s.events()->kind, Event::Kind::taken);
}

TEST(SemanticsOfControl, RetGoesBackOnlyToWhereTheCallCameFrom) {
    Machine m({0xe8, 0x00, 0x00, 0x00, 0x00, 0xc2, 0x04, 0x00}); // call next; ret 4
    const Word esp = m.s.get(Reg::esp);
    m.step();
    ASSERT_EQ(m.s.calls.size(), 1U);
    Machine overwritten({0xe8, 0x00, 0x00, 0x00, 0x00, 0xc2, 0x04, 0x00});
    overwritten.step();
    overwritten.s.memory.poke(static_cast<std::uint32_t>(esp.value()) - 4, word32(CODE));
    EXPECT_THROW(overwritten.step(), Violation);
    m.step();
    EXPECT_EQ(m.s.ip, CODE + 5);
    EXPECT_TRUE(m.s.get(Reg::esp).is(esp.value() + 4));
    EXPECT_TRUE(m.s.calls.empty());
}

TEST(SemanticsOfControl, IretToRing3TakesTheStackFromTheFrameAndToRing0DoesNot) {
    Machine m({0xcf}); // iretd
    const auto esp = static_cast<std::uint32_t>(m.s.get(Reg::esp).value());
    m.s.memory.poke(esp, m.symbol("user eip"));
    m.s.memory.poke(esp + 4, word32(0x1b));
    m.s.memory.poke(esp + 8, word32(0x202));
    m.s.memory.poke(esp + 12, word32(0xbffff000));
    m.s.memory.poke(esp + 16, word32(0x23));
    m.step();
    EXPECT_EQ(m.s.ip, IN_RING_3);
    EXPECT_TRUE(m.s.ring3->ip.same(m.symbol("user eip")));
    EXPECT_TRUE(m.s.get(Reg::esp).is(0xbffff000));
    EXPECT_TRUE(m.s.get(Seg::cs).is(0x1b));
    EXPECT_TRUE(m.s.get(Seg::ss).is(0x23));
    EXPECT_TRUE(m.s.flags.get(Flag::interrupt).value());

    Machine kernel({0xcf});
    kernel.s.memory.poke(esp, word32(CODE + 0x20));
    kernel.s.memory.poke(esp + 4, word32(0x08));
    kernel.s.memory.poke(esp + 8, word32(0x003));
    kernel.step();
    EXPECT_EQ(kernel.s.ip, CODE + 0x20);
    EXPECT_TRUE(kernel.s.get(Reg::esp).is(esp + 12));
    EXPECT_TRUE(kernel.s.flags.get(Flag::cf).value());
    EXPECT_FALSE(kernel.s.flags.get(Flag::interrupt).value());
}

TEST(SemanticsOfControl, TrapsAreViolations) {
    Machine m({0x0f, 0x0b, 0xcc}); // ud2; int3
    EXPECT_THROW(m.step(), Violation);
    m.s.ip = CODE + 2;
    EXPECT_THROW(m.step(), Violation);
}

} // namespace
} // namespace forkproof::proofs::testing
