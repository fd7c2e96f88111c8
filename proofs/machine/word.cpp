#include "proofs/machine/word.hpp"

namespace forkproof::proofs {

namespace {

constexpr unsigned WORD_BITS = 32;

std::uint64_t mask(unsigned width) {
    return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

std::int64_t as_signed(std::uint64_t n, unsigned width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    return static_cast<std::int64_t>((n ^ sign) - sign);
}

Z3_decl_kind kind(const z3::expr& e) { return e.is_app() ? e.decl().decl_kind() : Z3_OP_UNINTERPRETED; }

/// The context of whichever operand has one.
z3::context& context_of(const Word& a, const Word& b) { return a.known() ? b.term().ctx() : a.term().ctx(); }

/// A word of a term, which Z3 may have built as a numeral.
Word word_of(z3::expr e) {
    std::uint64_t n = 0;
    if (e.is_numeral_u64(n)) return {e.get_sort().bv_size(), n};
    return Word(std::move(e));
}

/// x + c as its parts; a plain x has c = 0.
struct Sum {
    std::optional<z3::expr> x;
    std::uint64_t c = 0;
};
Sum as_sum(const Word& a) {
    if (a.known()) return {{}, a.value()};
    std::uint64_t c = 0;
    if (kind(a.term()) == Z3_OP_BADD && a.term().num_args() == 2 && a.term().arg(1).is_numeral_u64(c))
        return {a.term().arg(0), c};
    return {a.term(), 0};
}
Word from_sum(const Sum& s, unsigned width) {
    if (!s.x) return {width, s.c};
    const std::uint64_t c = s.c & mask(width);
    if (c == 0) return Word(*s.x);
    return Word(*s.x + s.x->ctx().bv_val(static_cast<std::uint64_t>(c), width));
}

} // namespace

// ---- Truth

Truth::Truth(z3::expr term) : term_(std::move(term)) {
    if (term_->is_true() || term_->is_false()) {
        value_ = term_->is_true();
        term_.reset();
    }
}
z3::expr Truth::expr(z3::context& z3) const { return term_ ? *term_ : z3.bool_val(value_); }

Truth operator!(const Truth& a) {
    if (a.known()) return !a.value();
    if (kind(a.term()) == Z3_OP_NOT) return Truth(a.term().arg(0));
    return Truth(!a.term());
}
Truth operator&&(const Truth& a, const Truth& b) {
    if (a.known()) return a.value() ? b : a;
    if (b.known()) return b.value() ? a : b;
    if (z3::eq(a.term(), b.term())) return a;
    return z3::eq((!a).term(), b.term()) ? Truth(false) : Truth(a.term() && b.term());
}
Truth operator||(const Truth& a, const Truth& b) { return !(!a && !b); }
Truth operator^(const Truth& a, const Truth& b) {
    if (a.known()) return a.value() ? !b : b;
    if (b.known()) return b.value() ? !a : a;
    if (z3::eq(a.term(), b.term())) return false;
    return Truth(a.term() != b.term());
}

// ---- Word

Word::Word(unsigned width, std::uint64_t number) : width_(width), number_(number & mask(width)) {}
Word::Word(z3::expr term) : width_(term.get_sort().bv_size()), term_(std::move(term)) {
    std::uint64_t n = 0;
    if (term_->is_numeral_u64(n)) {
        number_ = n;
        term_.reset();
    }
}
z3::expr Word::expr(z3::context& z3) const {
    return term_ ? *term_ : z3.bv_val(static_cast<std::uint64_t>(number_), width_);
}
bool Word::same(const Word& o) const {
    if (width_ != o.width_ || known() != o.known()) return false;
    return known() ? number_ == o.number_ : z3::eq(*term_, *o.term_);
}

Word operator+(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() + b.value()};
    const Sum x = as_sum(a), y = as_sum(b);
    if (!x.x || !y.x) return from_sum({x.x ? x.x : y.x, x.c + y.c}, a.width());
    // One order, so that the same sum is the same term: solvers do not see it otherwise.
    const bool in_order = x.x->id() < y.x->id();
    return from_sum({in_order ? *x.x + *y.x : *y.x + *x.x, x.c + y.c}, a.width());
}
Word operator-(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() - b.value()};
    if (b.known()) return a + Word(b.width(), 0 - b.value());
    const Sum x = as_sum(a), y = as_sum(b);
    if (x.x && y.x && z3::eq(*x.x, *y.x)) return {a.width(), x.c - y.c};
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) - b.expr(z3));
}
Word operator*(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() * b.value()};
    if (a.known()) return b * a;
    if (b.is(0)) return b;
    if (b.is(1)) return a;
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) * b.expr(z3));
}

Word operator&(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() & b.value()};
    if (a.known()) return b & a;
    if (b.known()) {
        if (b.value() == 0) return b;
        if (b.value() == mask(b.width())) return a;
        // A run of ones cuts bits out, which later parts and pieces can be folded with.
        const unsigned low = static_cast<unsigned>(__builtin_ctzll(b.value()));
        const std::uint64_t run = b.value() >> low;
        if ((run & (run + 1)) == 0) {
            const unsigned ones = static_cast<unsigned>(__builtin_popcountll(run));
            Word middle = extract(a, low + ones - 1, low);
            if (low != 0) middle = concat(middle, Word(low, 0));
            return zext(middle, a.width());
        }
    }
    if (a.same(b)) return a;
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) & b.expr(z3));
}
namespace {
/// high | low where the low bits of one are zeros, and the high bits of the other: a shifted field beside
/// another.
std::optional<Word> side_by_side(const Word& high, const Word& low) {
    if (high.known() || kind(high.term()) != Z3_OP_CONCAT) return {};
    const z3::expr last = high.term().arg(high.term().num_args() - 1);
    std::uint64_t zeros = 1;
    if (!last.is_numeral_u64(zeros) || zeros != 0) return {};
    const unsigned n = last.get_sort().bv_size(), w = high.width();
    if (!extract(low, w - 1, n).is(0)) return {};
    return concat(extract(high, w - 1, n), extract(low, n - 1, 0));
}
} // namespace

Word operator|(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() | b.value()};
    if (a.known()) return b | a;
    if (b.is(0)) return a;
    if (b.is(mask(b.width()))) return b;
    if (a.same(b)) return a;
    if (const auto joined = side_by_side(a, b)) return *joined;
    if (const auto joined = side_by_side(b, a)) return *joined;
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) | b.expr(z3));
}
Word operator^(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() ^ b.value()};
    if (a.same(b)) return {a.width(), 0};
    if (a.known()) return b ^ a;
    if (b.is(0)) return a;
    if (b.is(mask(b.width()))) return ~a;
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) ^ b.expr(z3));
}
Word operator~(const Word& a) {
    if (a.known()) return {a.width(), ~a.value()};
    if (kind(a.term()) == Z3_OP_BNOT) return Word(a.term().arg(0));
    return Word(~a.term());
}

Word shl(const Word& a, const Word& count) {
    const unsigned w = a.width();
    if (count.known()) {
        if (count.value() >= w) return {w, 0};
        const auto n = static_cast<unsigned>(count.value());
        if (n == 0) return a;
        if (a.known()) return {w, a.value() << n};
        return concat(extract(a, w - 1 - n, 0), Word(n, 0));
    }
    z3::context& z3 = context_of(a, count);
    return word_of(z3::shl(a.expr(z3), count.expr(z3)));
}
Word lshr(const Word& a, const Word& count) {
    const unsigned w = a.width();
    if (count.known()) {
        if (count.value() >= w) return {w, 0};
        const auto n = static_cast<unsigned>(count.value());
        return n == 0 ? a : zext(extract(a, w - 1, n), w);
    }
    z3::context& z3 = context_of(a, count);
    return word_of(z3::lshr(a.expr(z3), count.expr(z3)));
}
Word ashr(const Word& a, const Word& count) {
    const unsigned w = a.width();
    if (count.known()) {
        const auto n = static_cast<unsigned>(count.value() >= w ? w - 1 : count.value());
        return n == 0 ? a : sext(extract(a, w - 1, n), w);
    }
    z3::context& z3 = context_of(a, count);
    return word_of(z3::ashr(a.expr(z3), count.expr(z3)));
}

Word udiv(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() / b.value()};
    if (b.is(1)) return a;
    z3::context& z3 = context_of(a, b);
    return word_of(z3::udiv(a.expr(z3), b.expr(z3)));
}
Word urem(const Word& a, const Word& b) {
    if (a.known() && b.known()) return {a.width(), a.value() % b.value()};
    z3::context& z3 = context_of(a, b);
    return word_of(z3::urem(a.expr(z3), b.expr(z3)));
}
Word sdiv(const Word& a, const Word& b) {
    if (a.known() && b.known()) {
        const std::int64_t x = as_signed(a.value(), a.width()), y = as_signed(b.value(), b.width());
        return {a.width(), y == -1 ? 0 - a.value() : static_cast<std::uint64_t>(x / y)};
    }
    z3::context& z3 = context_of(a, b);
    return word_of(a.expr(z3) / b.expr(z3));
}
Word srem(const Word& a, const Word& b) {
    if (a.known() && b.known()) {
        const std::int64_t x = as_signed(a.value(), a.width()), y = as_signed(b.value(), b.width());
        return {a.width(), y == -1 ? 0 : static_cast<std::uint64_t>(x % y)};
    }
    z3::context& z3 = context_of(a, b);
    return word_of(z3::srem(a.expr(z3), b.expr(z3)));
}

// ---- Parts and pieces

namespace {

/// How many terms one cut looks into: a term may use another twice, which uses a third twice, and so on.
constexpr unsigned MOST_TERMS_CUT = 1000;

Word cut(const Word& a, unsigned high, unsigned low, unsigned& left_to_look_at) {
    auto extract = [&](const Word& w, unsigned h, unsigned l) { return cut(w, h, l, left_to_look_at); };
    if (low == 0 && high == a.width() - 1) return a;
    const unsigned width = high - low + 1;
    if (a.known()) return {width, a.value() >> low};
    const z3::expr& e = a.term();
    if (left_to_look_at == 0) return word_of(e.extract(high, low));
    left_to_look_at--;
    switch (kind(e)) {
    case Z3_OP_EXTRACT: return extract(word_of(e.arg(0)), high + e.lo(), low + e.lo());
    case Z3_OP_CONCAT: {
        // The pieces from the right; only those that the cut touches are kept.
        std::optional<Word> kept;
        unsigned right = 0;
        for (unsigned i = e.num_args(); i-- > 0;) {
            const z3::expr piece = e.arg(i);
            const unsigned w = piece.get_sort().bv_size(), left = right + w - 1;
            if (left >= low && right <= high) {
                const Word part = extract(word_of(piece), (left < high ? left : high) - right,
                                          (right > low ? right : low) - right);
                kept = kept ? concat(part, *kept) : part;
            }
            right += w;
        }
        return *kept;
    }
    case Z3_OP_BAND:
    case Z3_OP_BOR:
    case Z3_OP_BXOR:
    case Z3_OP_BNOT: {
        // Bit by bit, so the cut goes through to the operands: masks fall away.
        const Word x = extract(word_of(e.arg(0)), high, low);
        if (kind(e) == Z3_OP_BNOT) return ~x;
        if (e.num_args() != 2) break;
        const Word y = extract(word_of(e.arg(1)), high, low);
        return kind(e) == Z3_OP_BAND ? x & y : kind(e) == Z3_OP_BOR ? x | y : x ^ y;
    }
    case Z3_OP_ITE: {
        const Word x = extract(word_of(e.arg(1)), high, low), y = extract(word_of(e.arg(2)), high, low);
        // Halves of 64 bits are chosen apart, as the processor chooses them.
        if (x.known() || y.known() || a.width() > WORD_BITS) return ite(Truth(e.arg(0)), x, y);
        break;
    }
    case Z3_OP_BADD:
    case Z3_OP_BSUB:
    case Z3_OP_BMUL:
        // Low bits of a sum depend on low bits only.
        if (low == 0 && e.num_args() == 2) {
            const Word x = extract(word_of(e.arg(0)), high, 0), y = extract(word_of(e.arg(1)), high, 0);
            return kind(e) == Z3_OP_BADD ? x + y : kind(e) == Z3_OP_BSUB ? x - y : x * y;
        }
        break;
    default: break;
    }
    return word_of(e.extract(high, low));
}

} // namespace

Word extract(const Word& a, unsigned high, unsigned low) {
    unsigned terms = MOST_TERMS_CUT;
    return cut(a, high, low, terms);
}

namespace {

/// The upper digits of a sum (difference) and, next to them, digits of the same sum of its lower parts: the
/// number of the last digit.
std::optional<unsigned> digits_of_one(const z3::expr& high, const z3::expr& low) {
    if (kind(high) != Z3_OP_EXTRACT) return {};
    const z3::expr whole = high.arg(0);
    if ((kind(whole) != Z3_OP_BADD && kind(whole) != Z3_OP_BSUB) || whole.num_args() != 2) return {};
    const bool cut = kind(low) == Z3_OP_EXTRACT && low.hi() + 1 == low.arg(0).get_sort().bv_size();
    const Word lower = word_of(cut ? low.arg(0) : low);
    if (lower.width() != high.lo()) return {};
    const Word a = extract(word_of(whole.arg(0)), high.lo() - 1, 0);
    const Word b = extract(word_of(whole.arg(1)), high.lo() - 1, 0);
    if (!lower.same(kind(whole) == Z3_OP_BADD ? a + b : a - b)) return {};
    return cut ? low.lo() : 0;
}

} // namespace

Word concat(const Word& high, const Word& low) {
    const unsigned width = high.width() + low.width();
    if (high.known() && low.known()) return {width, high.value() << low.width() | low.value()};
    z3::context& z3 = context_of(high, low);
    if (!high.known() && !low.known()) {
        const z3::expr &h = high.term(), &l = low.term();
        // Neighbouring parts of one word grow together again, also where more pieces follow on the right.
        if (kind(h) == Z3_OP_EXTRACT && kind(l) == Z3_OP_EXTRACT && z3::eq(h.arg(0), l.arg(0)) &&
            h.lo() == l.hi() + 1)
            return extract(word_of(h.arg(0)), h.hi(), l.lo());
        if (const auto last = digits_of_one(h, l)) return extract(word_of(h.arg(0)), h.hi(), *last);
        // Halves that were chosen together are one choice.
        if (kind(h) == Z3_OP_ITE && kind(l) == Z3_OP_ITE && z3::eq(h.arg(0), l.arg(0)))
            return ite(Truth(h.arg(0)), concat(word_of(h.arg(1)), word_of(l.arg(1))),
                       concat(word_of(h.arg(2)), word_of(l.arg(2))));
    }
    if (!low.known() && kind(low.term()) == Z3_OP_CONCAT) {
        // Keep pieces flat: what is put in front may join the first of them.
        const z3::expr& l = low.term();
        const Word first = word_of(l.arg(0));
        const Word joined = concat(high, first);
        if (joined.known() || kind(joined.term()) != Z3_OP_CONCAT) {
            Word rest = word_of(l.arg(1));
            for (unsigned i = 2; i < l.num_args(); i++) rest = word_of(z3::concat(rest.expr(z3), l.arg(i)));
            return word_of(z3::concat(joined.expr(z3), rest.expr(z3)));
        }
    }
    return word_of(z3::concat(high.expr(z3), low.expr(z3)));
}

Word zext(const Word& a, unsigned width) {
    return width == a.width() ? a : concat(Word(width - a.width(), 0), a);
}
Word sext(const Word& a, unsigned width) {
    if (width == a.width()) return a;
    if (a.known()) return {width, static_cast<std::uint64_t>(as_signed(a.value(), a.width()))};
    return word_of(z3::sext(a.term(), width - a.width()));
}

// ---- Comparisons

Truth eq(const Word& a, const Word& b) {
    if (a.known() && b.known()) return a.value() == b.value();
    if (a.same(b)) return true;
    if (a.known()) return eq(b, a);
    if (b.known()) {
        const z3::expr& e = a.term();
        if (kind(e) == Z3_OP_CONCAT && e.num_args() == 2) {
            // Piece by piece: zeros in front are compared at once.
            const unsigned w = e.arg(1).get_sort().bv_size();
            return eq(word_of(e.arg(0)), extract(b, b.width() - 1, w)) &&
                   eq(word_of(e.arg(1)), extract(b, w - 1, 0));
        }
        if (kind(e) == Z3_OP_ITE) {
            const Word x = word_of(e.arg(1)), y = word_of(e.arg(2));
            if (x.known() && y.known()) {
                const bool is_x = x.value() == b.value(), is_y = y.value() == b.value();
                if (is_x == is_y) return is_x;
                return is_x ? Truth(e.arg(0)) : !Truth(e.arg(0));
            }
        }
        if (kind(e) == Z3_OP_BADD) {
            const Sum s = as_sum(a);
            if (s.c != 0) return eq(Word(*s.x), Word(b.width(), b.value() - s.c));
        }
    }
    z3::context& z3 = context_of(a, b);
    return Truth(a.expr(z3) == b.expr(z3));
}
Truth ult(const Word& a, const Word& b) {
    if (a.known() && b.known()) return a.value() < b.value();
    if (a.same(b) || b.is(0)) return false;
    z3::context& z3 = context_of(a, b);
    return Truth(z3::ult(a.expr(z3), b.expr(z3)));
}
Truth slt(const Word& a, const Word& b) {
    if (a.known() && b.known()) return as_signed(a.value(), a.width()) < as_signed(b.value(), b.width());
    if (a.same(b)) return false;
    z3::context& z3 = context_of(a, b);
    return Truth(z3::slt(a.expr(z3), b.expr(z3)));
}

Word from_truth(const Truth& t, unsigned width) { return ite(t, Word(width, 1), Word(width, 0)); }

Word ite(const Truth& condition, const Word& then, const Word& otherwise) {
    if (condition.known()) return condition.value() ? then : otherwise;
    if (then.same(otherwise)) return then;
    z3::context& z3 = condition.term().ctx();
    if (kind(condition.term()) == Z3_OP_NOT)
        return word_of(z3::ite(condition.term().arg(0), otherwise.expr(z3), then.expr(z3)));
    return word_of(z3::ite(condition.term(), then.expr(z3), otherwise.expr(z3)));
}

} // namespace forkproof::proofs
