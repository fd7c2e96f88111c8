// eflags, worked out only when something asks: the operation that set them is remembered, and a condition is
// made of its operands (after a compare, "below" is ult(a, b)). A flag that the processor leaves undefined is
// poison: asking for it is a violation.
#pragma once
#include "proofs/machine/memory.hpp"
#include "proofs/machine/word.hpp"
#include <array>
#include <optional>

namespace forkproof::proofs {

enum class Flag : std::uint8_t { cf, pf, af, zf, sf, of, df, interrupt };

/// Condition codes in the processor's encoding (Intel SDM volume 2, appendix B.1.4): the low four bits of a
/// jcc's opcode. An odd one is the opposite of the even one before it.
enum class Condition : std::uint8_t { o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g };

class Flags {
  public:
    Flags();

    /// After an operation: all six arithmetic flags follow from it.
    void add(const Word& a, const Word& b, const Word& result, const Truth& carry_in = false);
    void sub(const Word& a, const Word& b, const Word& result, const Truth& borrow_in = false);
    /// and, or, xor, test: CF and OF are 0, AF is undefined.
    void logic(const Word& result);
    /// ZF, SF and PF from a result, the others as they are.
    void of_result(const Word& result);
    void set(Flag flag, const Truth& value);
    void set_undefined(Flag flag);

    /// Throws a Violation if the flag is undefined.
    [[nodiscard]] Truth get(Flag flag) const;
    [[nodiscard]] bool defined(Flag flag) const;
    [[nodiscard]] Truth condition(Condition c) const;
    /// Where CF is the carry of an addition (borrow of a subtraction) without one before it: what was added.
    [[nodiscard]] std::optional<std::pair<Word, Word>> carry_of_sum() const {
        return operands_of_cf(From::add);
    }
    [[nodiscard]] std::optional<std::pair<Word, Word>> borrow_of_difference() const {
        return operands_of_cf(From::sub);
    }

    /// eflags as pushf stores them; undefined ones need `garbage` to stand for them (else a Violation).
    [[nodiscard]] Word word(const std::optional<Word>& garbage) const;

  private:
    enum class From : std::uint8_t { value, undefined, result, sub, add };
    struct Operation {
        Word a, b, result;
        Truth carry_in;
    };
    struct Source {
        From from = From::undefined;
        Truth value = false;
    };
    [[nodiscard]] std::optional<std::pair<Word, Word>> operands_of_cf(From operation) const;

    std::array<Source, 8> sources_;
    Operation last_;
};

} // namespace forkproof::proofs
