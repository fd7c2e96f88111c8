// Word and Truth fold what they can. Random terms are built twice, by them and by Z3 as it is, and must have
// the same values.
#include "proofs/machine/word.hpp"
#include <gtest/gtest.h>
#include <random>

namespace forkproof::proofs {
namespace {

/// The same term by both.
struct Pair {
    Word word;
    z3::expr plain;
};

class Terms {
  public:
    explicit Terms(unsigned seed) : random_(seed) {
        for (const unsigned width : {1U, 8U, 16U, 32U, 64U})
            for (int n = 0; n < 3; n++) {
                const z3::expr symbol = z3.bv_const(("x" + std::to_string(symbols_.size())).c_str(), width);
                symbols_.push_back(symbol);
                pool_.push_back({Word(symbol), symbol});
                const auto number = some_number();
                pool_.push_back(
                    {Word(width, number), z3.bv_val(number & Word(64, mask(width)).value(), width)});
            }
    }

    void grow() {
        const Pair a = any(), b = like(a);
        const unsigned width = a.word.width();
        switch (below(20)) {
        case 0: return add(a.word + b.word, a.plain + b.plain);
        case 1: return add(a.word - b.word, a.plain - b.plain);
        case 2: return add(a.word * b.word, a.plain * b.plain);
        case 3: return add(a.word & b.word, a.plain & b.plain);
        case 4: return add(a.word | b.word, a.plain | b.plain);
        case 5: return add(a.word ^ b.word, a.plain ^ b.plain);
        case 6: return add(~a.word, ~a.plain);
        case 7: return add(shl(a.word, b.word), z3::shl(a.plain, b.plain));
        case 8: return add(lshr(a.word, b.word), z3::lshr(a.plain, b.plain));
        case 9: return add(ashr(a.word, b.word), z3::ashr(a.plain, b.plain));
        case 10: {
            const unsigned count = below(width + 2);
            const Word n(width, count);
            const z3::expr m = z3.bv_val(n.value(), width);
            add(shl(a.word, n), z3::shl(a.plain, m));
            return add(ashr(a.word, n), z3::ashr(a.plain, m));
        }
        case 11: {
            const unsigned low = below(width), high = low + below(width - low);
            return add(extract(a.word, high, low), a.plain.extract(high, low));
        }
        case 12: {
            const Pair c = any();
            if (width + c.word.width() > 64) return;
            return add(concat(a.word, c.word), z3::concat(a.plain, c.plain));
        }
        case 13: {
            const unsigned wider = width + below(65 - width);
            add(zext(a.word, wider), z3::zext(a.plain, wider - width));
            return add(sext(a.word, wider), z3::sext(a.plain, wider - width));
        }
        case 14: {
            const std::uint64_t run = mask(1 + below(width)) << below(width);
            const Word n(width, run);
            return add(a.word & n, a.plain & z3.bv_val(n.value(), width));
        }
        case 15: {
            if (truths_.empty()) return;
            const Pair c = any(), d = like(c);
            const auto t = truths_[below(static_cast<unsigned>(truths_.size()))];
            return add(ite(t.first, c.word, d.word), z3::ite(t.second, c.plain, d.plain));
        }
        default: return grow_by_comparison(a, b);
        }
    }

    /// Of the last terms, on random values of the symbols.
    void compare() {
        z3::expr_vector from(z3), to(z3);
        for (const auto& symbol : symbols_) {
            from.push_back(symbol);
            to.push_back(
                z3.bv_val(some_number() & mask(symbol.get_sort().bv_size()), symbol.get_sort().bv_size()));
        }
        for (std::size_t n = pool_.size() > RECENT ? pool_.size() - RECENT : 0; n < pool_.size(); n++) {
            z3::expr folded = pool_[n].word.expr(z3), plain = pool_[n].plain;
            EXPECT_TRUE(z3::eq(folded.substitute(from, to).simplify(), plain.substitute(from, to).simplify()))
                << folded << "\nis not\n"
                << plain;
        }
    }

  private:
    static constexpr std::size_t RECENT = 40;

    static std::uint64_t mask(unsigned width) { return width >= 64 ? ~0ULL : (1ULL << width) - 1; }
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    std::uint64_t some_number() {
        const std::uint64_t n = random_();
        return below(3) ? n : below(2) ? below(4) : ~static_cast<std::uint64_t>(below(4));
    }
    Pair any() {
        const std::size_t recent = pool_.size() > RECENT && below(3) ? pool_.size() - RECENT : 0;
        return pool_[recent + below(static_cast<unsigned>(pool_.size() - recent))];
    }
    /// Of the same width: if none is found, the same.
    Pair like(const Pair& a) {
        for (int attempt = 0; attempt < 50; attempt++)
            if (Pair b = any(); b.word.width() == a.word.width()) return b;
        return a;
    }
    void add(const Word& word, const z3::expr& plain) {
        ASSERT_EQ(word.width(), plain.get_sort().bv_size());
        pool_.push_back({word, plain});
    }

    void grow_by_comparison(const Pair& a, const Pair& b) {
        const z3::expr one = z3.bv_val(1, 1), zero = z3.bv_val(0, 1);
        auto both = [&](const Truth& t, const z3::expr& plain) {
            add(from_truth(t, 1), z3::ite(plain, one, zero));
            truths_.emplace_back(t, plain);
        };
        both(eq(a.word, b.word), a.plain == b.plain);
        both(ult(a.word, b.word), z3::ult(a.plain, b.plain));
        both(slt(a.word, b.word), z3::slt(a.plain, b.plain));
        both(bit(a.word, a.word.width() - 1), a.plain.extract(a.word.width() - 1, a.word.width() - 1) == one);
        const auto p = truths_[below(static_cast<unsigned>(truths_.size()))];
        const auto q = truths_[below(static_cast<unsigned>(truths_.size()))];
        both(!p.first, !p.second);
        both(p.first && q.first, p.second && q.second);
        both(p.first || q.first, p.second || q.second);
        both(p.first ^ q.first, p.second != q.second);
    }

    std::mt19937_64 random_;

  public:
    z3::context z3;

  private:
    std::vector<z3::expr> symbols_;
    std::vector<Pair> pool_;
    std::vector<std::pair<Truth, z3::expr>> truths_;
};

TEST(Word, FoldingKeepsTheValue) {
    for (unsigned seed = 0; seed < 40; seed++) {
        Terms terms(seed);
        for (int round = 0; round < 10; round++) {
            for (int n = 0; n < 12; n++) terms.grow();
            terms.compare();
            if (::testing::Test::HasFailure()) return;
        }
    }
}

TEST(Word, NumbersDivideAsTheyShould) {
    EXPECT_TRUE(sdiv(Word(32, -7U), Word(32, 2)).is(static_cast<std::uint32_t>(-3)));
    EXPECT_TRUE(srem(Word(32, -7U), Word(32, 2)).is(static_cast<std::uint32_t>(-1)));
    EXPECT_TRUE(sdiv(Word(64, 1ULL << 63), Word(64, ~0ULL)).is(1ULL << 63)) << "does not trap";
    EXPECT_TRUE(srem(Word(64, 1ULL << 63), Word(64, ~0ULL)).is(0));
    EXPECT_TRUE(udiv(Word(32, -7U), Word(32, 2)).is(0x7ffffffc));
}

} // namespace
} // namespace forkproof::proofs
