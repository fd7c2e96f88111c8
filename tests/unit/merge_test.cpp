// Two paths that become one: words and lives are one path's or the other's, by the question that parted them;
// and a merge that has chosen wrongly is noticed.
#include "proofs/machine/merge.hpp"
#include "proofs/world/compare_merged.hpp"
#include "tests/unit/machine.hpp"

namespace forkproof::proofs::testing {
namespace {

class Merge : public ::testing::Test {
  protected:
    static constexpr std::uint32_t OBJECT = PAGE + 0x100;

    Merge() : m({0x90}), solver(m.z3) {
        for (const Flag f : {Flag::df, Flag::interrupt}) m.s.flags.set(f, false);
    }

    [[nodiscard]] z3::expr question(const char* name) { return m.z3.bool_const(name); }
    /// A way that has found these to hold, and has written the number, and made an object or not.
    [[nodiscard]] State way(const std::vector<z3::expr>& conditions, std::uint32_t number,
                            bool makes = false) {
        State s = m.s;
        for (const z3::expr& c : conditions) {
            s.assume(c);
            s.learn(c.is_not() ? c.arg(0) : c, c.is_not() ? 0 : 1);
        }
        s.ip = RETURN_TO_NOBODY;
        s.set(Reg::eax, word32(number));
        s.memory.poke(PAGE, word32(number));
        if (makes) s.memory.blocks.emplace(OBJECT, Block{16, "cred", "new cred", "", true, true});
        return s;
    }
    [[nodiscard]] static std::vector<Path> ended(const std::vector<State>& states) {
        std::vector<Path> paths;
        paths.reserve(states.size());
        for (const State& s : states) paths.push_back({s, Ending::returned, ""});
        return paths;
    }
    /// What is wrong with this state as the two ways in one; "" if nothing is.
    [[nodiscard]] std::string fault(const std::vector<State>& single, const std::vector<State>& merged) {
        const std::vector<Path> ways = ended(single);
        const auto found = merge_fault(solver, "f", ways, ended(merged));
        return found ? found->words : "";
    }

    Machine m;
    Solver solver;
};

TEST_F(Merge, AWordIsOneOrTheOther) {
    const z3::expr c = question("c");
    const State both = merge(way({c}, 1), way({!c}, 2));
    const Word expected = ite(Truth(c), word32(1), word32(2));
    EXPECT_TRUE(m.valid(eq(both.get(Reg::eax), expected)));
    EXPECT_TRUE(m.valid(eq(both.memory.peek(PAGE, 4), expected)));
    EXPECT_TRUE(both.get(Reg::ecx).same(m.s.get(Reg::ecx)));
    EXPECT_FALSE(both.flags.defined(Flag::zf));
}

TEST_F(Merge, OneQuestionIsForgottenAndWhatWasBeforeIsKept) {
    const z3::expr before = question("before"), c = question("c");
    const State both = merge(way({before, c}, 1), way({before, !c}, 2));
    ASSERT_EQ(both.conditions().size(), 1U); // c or not c says nothing
    EXPECT_TRUE(z3::eq(both.conditions()[0], before));
    EXPECT_TRUE(both.decide(Truth(before)));
    EXPECT_THROW((void)both.decide(Truth(c)), Fork);
}

TEST_F(Merge, TheQuestionThatPartedThemChoosesWhateverCameAfter) {
    const z3::expr c = question("c"), later = question("later");
    const State both = merge(way({c, later}, 1), way({!c}, 2));
    EXPECT_TRUE(m.valid(eq(both.get(Reg::eax), ite(Truth(c), word32(1), word32(2)))));
    ASSERT_EQ(both.conditions().size(), 1U);
    EXPECT_TRUE(m.valid(!(Truth(both.conditions()[0]) ^ (Truth(later) || !Truth(c)))));
}

TEST_F(Merge, WithoutOneQuestionAllThatOneHasAssumedChooses) {
    // c and d; c and not d; not c: the ends of the last two have met before
    const z3::expr c = question("c"), d = question("d");
    const State both = merge(way({c, d}, 1), way({!(c && d)}, 2));
    EXPECT_TRUE(m.valid(eq(both.get(Reg::eax), ite(Truth(c && d), word32(1), word32(2)))));
    EXPECT_EQ(fault({way({c, d}, 1), way({c, !d}, 2), way({!c}, 2)}, {both}), "");
}

TEST_F(Merge, AnObjectLivesWhereItsMakerIs) {
    const z3::expr c = question("c");
    const State both = merge(way({c}, 1, true), way({!c}, 1));
    EXPECT_TRUE(m.valid(!(both.memory.blocks.at(OBJECT).alive ^ Truth(c))));
    EXPECT_TRUE(both.get(Reg::eax).is(1));
}

TEST_F(Merge, OnlyAtTheSamePlaceAndWithTheSameMark) {
    const State a = m.s;
    State b = m.s;
    EXPECT_TRUE(can_merge(a, b));
    b.flags.set(Flag::df, true);
    EXPECT_FALSE(can_merge(a, b));
    b = m.s;
    b.mark = 1;
    EXPECT_FALSE(can_merge(a, b));
    b = m.s;
    b.ip++;
    EXPECT_FALSE(can_merge(a, b));
    b = m.s;
    b.divided = true;
    EXPECT_FALSE(can_merge(a, b));
}

TEST_F(Merge, ARightMergeIsAsTheSingleWays) {
    const z3::expr c = question("c");
    const State a = way({c}, 1, true), b = way({!c}, 2);
    EXPECT_EQ(fault({a, b}, {merge(a, b)}), "");
    EXPECT_EQ(fault({a, b}, {merge(b, a)}), "");
    EXPECT_EQ(fault({a, b}, {a, b}), "");
}

TEST_F(Merge, AChoiceTheWrongWayRoundIsNoticed) {
    const z3::expr c = question("c");
    const State a = way({c}, 1), b = way({!c}, 2);
    // as if is_a were negated: each has what is the other's
    EXPECT_EQ(fault({a, b}, {merge(way({c}, 2), way({!c}, 1))}), "the result differs");
}

TEST_F(Merge, AnObjectThatLivesOnTheWrongWayIsNoticed) {
    const z3::expr c = question("c");
    const State wrong = merge(way({c}, 1), way({!c}, 1, true));
    EXPECT_EQ(fault({way({c}, 1, true), way({!c}, 1)}, {wrong}), "whether new cred is alive differs");
}

TEST_F(Merge, AWordOfMemoryThatIsTheOthersIsNoticed) {
    const z3::expr c = question("c");
    const State a = way({c}, 1), b = way({!c}, 2);
    State wrong = merge(a, b);
    wrong.memory.poke(PAGE, word32(2));
    EXPECT_EQ(fault({a, b}, {wrong}), "0x2000 differs");
}

TEST_F(Merge, AWayThatIsLostOrThereTwiceIsNoticed) {
    const z3::expr c = question("c");
    const State a = way({c}, 1), b = way({!c}, 2);
    EXPECT_EQ(fault({a, b}, {a}), "a way takes no exit");
    EXPECT_EQ(fault({a, b}, {merge(a, b), b}), "a way takes two exits");
    EXPECT_EQ(fault({a, b}, {way({c, question("more")}, 1), b}), "a way takes no exit");
}

} // namespace
} // namespace forkproof::proofs::testing
