// proofs/machine/ executes the kernel's i386 instructions over Z3's bit-vectors: words (numbers where they
// are known, terms where they are not), memory, the processor's state, the semantics of each instruction, and
// the executor that follows every path.
#pragma once
#include <cstdint>
#include <optional>
#include <z3++.h>

namespace forkproof::proofs {

/// A Boolean: known, or a Z3 term.
class Truth {
  public:
    Truth(bool value) : value_(value) {}
    explicit Truth(z3::expr term);

    [[nodiscard]] bool known() const { return !term_; }
    /// Only of a known one.
    [[nodiscard]] bool value() const { return value_; }
    /// As a term of this context, known or not.
    [[nodiscard]] z3::expr expr(z3::context& z3) const;
    /// The term of one that is not known.
    [[nodiscard]] const z3::expr& term() const { return *term_; }

  private:
    bool value_ = false;
    std::optional<z3::expr> term_;
};
Truth operator!(const Truth& a);
Truth operator&&(const Truth& a, const Truth& b);
Truth operator||(const Truth& a, const Truth& b);
Truth operator^(const Truth& a, const Truth& b);

/// A bit-vector of 1 to 64 bits: a number where it is known, which costs nothing, or a Z3 term. The operators
/// fold what can be folded by looking at the operands (constants, x^x, masks, parts of what was put
/// together); Z3's own simplifier is not called.
class Word {
  public:
    /// The low `width` bits of the number.
    Word(unsigned width, std::uint64_t number);
    explicit Word(z3::expr term);

    [[nodiscard]] unsigned width() const { return width_; }
    [[nodiscard]] bool known() const { return !term_; }
    /// Only of a known one.
    [[nodiscard]] std::uint64_t value() const { return number_; }
    [[nodiscard]] bool is(std::uint64_t number) const { return known() && number_ == number; }
    /// As a term of this context, known or not.
    [[nodiscard]] z3::expr expr(z3::context& z3) const;
    /// The term of one that is not known.
    [[nodiscard]] const z3::expr& term() const { return *term_; }
    /// The same number or the very same term; false says nothing.
    [[nodiscard]] bool same(const Word& other) const;

  private:
    unsigned width_;
    std::uint64_t number_ = 0;
    std::optional<z3::expr> term_;
};

inline Word word32(std::uint64_t n) { return {32, n}; }

// Arithmetic of equal widths, modulo 2^width.
Word operator+(const Word& a, const Word& b);
Word operator-(const Word& a, const Word& b);
Word operator*(const Word& a, const Word& b);
Word operator&(const Word& a, const Word& b);
Word operator|(const Word& a, const Word& b);
Word operator^(const Word& a, const Word& b);
Word operator~(const Word& a);
/// Shifts by a number of bits; a count of the width or more shifts everything out.
Word shl(const Word& a, const Word& count);
Word lshr(const Word& a, const Word& count);
Word ashr(const Word& a, const Word& count);
/// The divisor must not be 0.
Word udiv(const Word& a, const Word& b);
Word urem(const Word& a, const Word& b);
Word sdiv(const Word& a, const Word& b);
Word srem(const Word& a, const Word& b);

/// Bits high..low of a word, both included.
Word extract(const Word& a, unsigned high, unsigned low);
Word concat(const Word& high, const Word& low);
/// To a width that is not smaller.
Word zext(const Word& a, unsigned width);
Word sext(const Word& a, unsigned width);

Truth eq(const Word& a, const Word& b);
Truth ult(const Word& a, const Word& b);
Truth slt(const Word& a, const Word& b);
inline Truth is_zero(const Word& a) { return eq(a, Word(a.width(), 0)); }
inline Truth bit(const Word& a, unsigned n) { return eq(extract(a, n, n), Word(1, 1)); }
/// `width` bits: 1 or 0.
Word from_truth(const Truth& t, unsigned width);
Word ite(const Truth& condition, const Word& then, const Word& otherwise);

} // namespace forkproof::proofs
