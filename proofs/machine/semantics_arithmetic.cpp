// add, adc, sub, sbb, cmp, inc, dec, neg, and, or, xor, not, test.
#include "proofs/machine/semantics_parts.hpp"

namespace forkproof::proofs {

namespace {

constexpr unsigned WIDEST = 64;

/// a + b + carry. After an add it is the upper half of a sum of twice the width, and put as that: what is
/// made of 64 bits is then seen to be.
Word sum(const State& s, const Word& a, const Word& b, const Truth& carry) {
    const auto lower = carry.known() ? std::nullopt : s.flags.carry_of_sum();
    if (!lower || a.width() + lower->first.width() > WIDEST) return a + b + from_truth(carry, a.width());
    const Word whole = concat(a, lower->first) + concat(b, lower->second);
    return extract(whole, whole.width() - 1, lower->first.width());
}
/// The same of a difference.
Word difference(const State& s, const Word& a, const Word& b, const Truth& borrow) {
    const auto lower = borrow.known() ? std::nullopt : s.flags.borrow_of_difference();
    if (!lower || a.width() + lower->first.width() > WIDEST) return a - b - from_truth(borrow, a.width());
    const Word whole = concat(a, lower->first) - concat(b, lower->second);
    return extract(whole, whole.width() - 1, lower->first.width());
}

void add_with(State& s, const Instruction& i, const Truth& carry) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), b = value(s, i, 1), result = sum(s, a, b, carry);
    to.write(s, result);
    s.flags.add(a, b, result, carry);
}
void add(State& s, const Instruction& i) { add_with(s, i, false); }
void adc(State& s, const Instruction& i) { add_with(s, i, s.flags.get(Flag::cf)); }

void subtract(State& s, const Instruction& i, const Truth& borrow, bool keep) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), b = value(s, i, 1), result = difference(s, a, b, borrow);
    if (keep) to.write(s, result);
    s.flags.sub(a, b, result, borrow);
}
void sub(State& s, const Instruction& i) { subtract(s, i, false, true); }
void sbb(State& s, const Instruction& i) { subtract(s, i, s.flags.get(Flag::cf), true); }
void cmp(State& s, const Instruction& i) { subtract(s, i, false, false); }

/// inc and dec leave CF as it is.
void count(State& s, const Instruction& i, bool up) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), one(to.width, 1), result = up ? a + one : a - one;
    std::optional<Truth> carry;
    if (s.flags.defined(Flag::cf)) carry = s.flags.get(Flag::cf);
    to.write(s, result);
    if (up)
        s.flags.add(a, one, result);
    else
        s.flags.sub(a, one, result);
    if (carry)
        s.flags.set(Flag::cf, *carry);
    else
        s.flags.set_undefined(Flag::cf);
}
void inc(State& s, const Instruction& i) { count(s, i, true); }
void dec(State& s, const Instruction& i) { count(s, i, false); }

void neg(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), zero(to.width, 0), result = zero - a;
    to.write(s, result);
    s.flags.sub(zero, a, result);
}

void not_(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, ~to.read(s));
}

template <class Operation>
void logic(State& s, const Instruction& i, Operation operation) {
    const OperandPlace to = place(s, i, 0);
    const Word result = operation(to.read(s), value(s, i, 1));
    to.write(s, result);
    s.flags.logic(result);
}
void and_(State& s, const Instruction& i) {
    logic(s, i, [](const Word& a, const Word& b) { return a & b; });
}
void or_(State& s, const Instruction& i) {
    logic(s, i, [](const Word& a, const Word& b) { return a | b; });
}
void xor_(State& s, const Instruction& i) {
    logic(s, i, [](const Word& a, const Word& b) { return a ^ b; });
}
void test(State& s, const Instruction& i) { s.flags.logic(value(s, i, 0) & value(s, i, 1)); }

} // namespace

std::span<const SemanticsEntry> semantics_of_arithmetic() {
    static constexpr SemanticsEntry all[] = {
        {ZYDIS_MNEMONIC_ADD, add},   {ZYDIS_MNEMONIC_ADC, adc}, {ZYDIS_MNEMONIC_SUB, sub},
        {ZYDIS_MNEMONIC_SBB, sbb},   {ZYDIS_MNEMONIC_CMP, cmp}, {ZYDIS_MNEMONIC_INC, inc},
        {ZYDIS_MNEMONIC_DEC, dec},   {ZYDIS_MNEMONIC_NEG, neg}, {ZYDIS_MNEMONIC_NOT, not_},
        {ZYDIS_MNEMONIC_AND, and_},  {ZYDIS_MNEMONIC_OR, or_},  {ZYDIS_MNEMONIC_XOR, xor_},
        {ZYDIS_MNEMONIC_TEST, test},
    };
    return all;
}

} // namespace forkproof::proofs
