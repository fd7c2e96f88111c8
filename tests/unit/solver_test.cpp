// The solver with divisions, which it takes to be anything at first: what is true of any quotient is found
// quickly, what depends on the very number all the same; and the sums and pieces that words put together.
#include "proofs/machine/solver.hpp"
#include <gtest/gtest.h>

namespace forkproof::proofs {
namespace {

class SolverOfWords : public ::testing::Test {
  protected:
    [[nodiscard]] Word word(const char* name, unsigned width) { return Word(z3.bv_const(name, width)); }
    [[nodiscard]] bool valid(const Truth& claim) {
        z3::solver plain(z3);
        plain.add(!claim.expr(z3));
        return plain.check() == z3::unsat;
    }

    z3::context z3;
    Solver solver{z3};
};

TEST_F(SolverOfWords, BoundsOfAQuotientNeedNoNumbers) {
    const Word n = word("n", 64), d = word("d", 64);
    const Truth divides = !is_zero(d);
    EXPECT_FALSE(solver.satisfiable({divides.term()}, ult(n, udiv(n, d)).term()));
    EXPECT_FALSE(solver.satisfiable({divides.term()}, (!ult(urem(n, d), d)).term()));
    EXPECT_EQ(solver.queries, 2U);
}

TEST_F(SolverOfWords, AQuotientIsNoMoreThanItsNumber) {
    const Word n = word("n", 16), d = word("d", 16);
    // Within the bounds, but false of each n: the first answer must not be taken.
    const Truth wrong = eq(n, Word(16, 100)) && eq(d, Word(16, 7)) && !eq(udiv(n, d), Word(16, 14));
    EXPECT_FALSE(solver.satisfiable({}, wrong.term()));
    EXPECT_TRUE(solver.may_be_satisfiable({}, wrong.term()));
    const Truth right = eq(udiv(n, d), Word(16, 14)) && eq(urem(n, d), Word(16, 2)) && eq(d, Word(16, 7));
    ASSERT_TRUE(solver.satisfiable({}, right.term()));
    std::uint64_t value = 0;
    ASSERT_TRUE(solver.model().eval(n.term(), true).is_numeral_u64(value));
    EXPECT_EQ(value, 100U);
}

TEST_F(SolverOfWords, DivisionByZeroIsNotBounded) {
    const Word n = word("n", 16), d = word("d", 16);
    EXPECT_TRUE(solver.satisfiable({}, ult(n, udiv(n, d)).term())); // all ones, says SMT-LIB
}

TEST_F(SolverOfWords, HalvesOfASumGrowTogether) {
    const Word a = word("a", 64), b = word("b", 64);
    auto low = [](const Word& w) { return extract(w, 31, 0); };
    auto high = [](const Word& w) { return extract(w, 63, 32); };
    EXPECT_TRUE(concat(high(a + b), low(a) + low(b)).same(a + b));
    EXPECT_TRUE(concat(high(a - b), low(a) - low(b)).same(a - b));
    EXPECT_TRUE((a + b).same(b + a));
    // Other halves do not.
    EXPECT_TRUE(valid(eq(concat(high(a + b), low(a) - low(b)), concat(high(a + b), low(a - b)))));
    EXPECT_FALSE(concat(high(a + b), low(a) - low(b)).same(a + b));
    EXPECT_FALSE(valid(eq(concat(high(a + b), low(a) - low(b)), a + b)));
}

TEST_F(SolverOfWords, HalvesChosenTogetherAreOneChoice) {
    const Word a = word("a", 64), b = word("b", 64);
    const Truth less = ult(a, b);
    const Word high = ite(less, extract(a, 63, 32), extract(b, 63, 32));
    EXPECT_TRUE(concat(high, ite(less, extract(a, 31, 0), extract(b, 31, 0))).same(ite(less, a, b)));
    const Word crossed = concat(high, ite(less, extract(b, 31, 0), extract(a, 31, 0)));
    EXPECT_FALSE(valid(eq(crossed, ite(less, a, b))));
}

TEST_F(SolverOfWords, AFieldIsPutBesideAnother) {
    const Word a = word("a", 32), b = word("b", 32);
    const Word joined = shl(a, word32(10)) | lshr(b, word32(22));
    EXPECT_TRUE(joined.same(concat(extract(a, 21, 0), extract(b, 31, 22))));
    EXPECT_TRUE(valid(eq(joined, Word((z3::shl(a.term(), 10)) | z3::lshr(b.term(), 22)))));
    const Word overlapping = shl(a, word32(9)) | lshr(b, word32(22));
    EXPECT_TRUE(valid(eq(overlapping, Word((z3::shl(a.term(), 9)) | z3::lshr(b.term(), 22)))));
}

} // namespace
} // namespace forkproof::proofs
