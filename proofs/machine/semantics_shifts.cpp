// shl, shr, sar, rol, ror, shld, shrd. A count of 0 leaves all flags as they are; OF is defined for a count
// of 1 only; AF is undefined.
#include "proofs/machine/semantics_parts.hpp"

namespace forkproof::proofs {

namespace {

constexpr unsigned COUNT_MASK = 31;

/// The count as the processor takes it: its low five bits.
Word count_of(const State& s, const Instruction& i, unsigned operand) {
    const auto& o = i.operands[operand];
    if (o.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) return {8, o.imm.value.u & COUNT_MASK};
    return value(s, i, operand) & Word(8, COUNT_MASK);
}

/// Whether the flags change: not for a count of 0. Nobody knows it where the count is a term: then they are
/// all undefined, whichever it is.
bool known_count(State& s, const Word& count, std::initializer_list<Flag> changed) {
    if (count.known()) return !count.is(0);
    set_undefined(s, changed);
    return false;
}

constexpr std::initializer_list<Flag> shift_flags = {Flag::cf, Flag::of, Flag::sf,
                                                     Flag::zf, Flag::af, Flag::pf};

/// The last bit to leave `a`, and what makes OF of it where the count is 1.
void flags_of_shift(State& s, const Word& result, const Truth& last_out, const Truth& overflow, bool by_one) {
    s.flags.of_result(result);
    s.flags.set(Flag::cf, last_out);
    s.flags.set(Flag::of, overflow);
    if (!by_one) s.flags.set_undefined(Flag::of);
    s.flags.set_undefined(Flag::af);
}

Truth top(const Word& w) { return bit(w, w.width() - 1); }

void shl_(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), count = count_of(s, i, 1), result = shl(a, zext(count, to.width));
    to.write(s, result);
    if (!known_count(s, count, shift_flags)) return;
    const auto n = static_cast<unsigned>(count.value());
    const Truth last_out = n <= to.width ? bit(a, to.width - n) : false;
    flags_of_shift(s, result, last_out, top(result) ^ last_out, n == 1);
    if (n > to.width) s.flags.set_undefined(Flag::cf);
}

void shr(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), count = count_of(s, i, 1), result = lshr(a, zext(count, to.width));
    to.write(s, result);
    if (!known_count(s, count, shift_flags)) return;
    const auto n = static_cast<unsigned>(count.value());
    flags_of_shift(s, result, n <= to.width ? bit(a, n - 1) : false, top(a), n == 1);
    if (n > to.width) s.flags.set_undefined(Flag::cf);
}

void sar(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), count = count_of(s, i, 1), result = ashr(a, zext(count, to.width));
    to.write(s, result);
    if (!known_count(s, count, shift_flags)) return;
    const auto n = static_cast<unsigned>(count.value());
    flags_of_shift(s, result, bit(a, n < to.width ? n - 1 : to.width - 1), false, n == 1);
}

/// Only CF and OF change.
void rotate(State& s, const Instruction& i, bool left) {
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), count = count_of(s, i, 1), all(to.width, to.width);
    const Word by = zext(count, to.width) & Word(to.width, to.width - 1), rest = all - by;
    const Word result = left ? shl(a, by) | lshr(a, rest) : lshr(a, by) | shl(a, rest);
    to.write(s, result);
    if (!known_count(s, count, {Flag::cf, Flag::of})) return;
    const Truth carry = left ? bit(result, 0) : top(result);
    s.flags.set(Flag::cf, carry);
    s.flags.set(Flag::of, left ? top(result) ^ carry : top(result) ^ bit(result, to.width - 2));
    if (!count.is(1)) s.flags.set_undefined(Flag::of);
}
void rol(State& s, const Instruction& i) { rotate(s, i, true); }
void ror(State& s, const Instruction& i) { rotate(s, i, false); }

/// Bits of the second operand come in where those of the first go out.
void double_shift(State& s, const Instruction& i, bool left) {
    if (width(i, 0) != 32) throw no_semantics(i);
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s), b = value(s, i, 1), count = count_of(s, i, 2);
    const Word by = zext(count, 32), rest = word32(32) - by;
    const Word result = left ? shl(a, by) | lshr(b, rest) : lshr(a, by) | shl(b, rest);
    to.write(s, result);
    if (!known_count(s, count, shift_flags)) return;
    const auto n = static_cast<unsigned>(count.value());
    flags_of_shift(s, result, bit(a, left ? 32 - n : n - 1), top(a) ^ top(result), n == 1);
}
void shld(State& s, const Instruction& i) { double_shift(s, i, true); }
void shrd(State& s, const Instruction& i) { double_shift(s, i, false); }

} // namespace

std::span<const SemanticsEntry> semantics_of_shifts() {
    static constexpr SemanticsEntry all[] = {{ZYDIS_MNEMONIC_SHL, shl_}, {ZYDIS_MNEMONIC_SHR, shr},
                                             {ZYDIS_MNEMONIC_SAR, sar},  {ZYDIS_MNEMONIC_ROL, rol},
                                             {ZYDIS_MNEMONIC_ROR, ror},  {ZYDIS_MNEMONIC_SHLD, shld},
                                             {ZYDIS_MNEMONIC_SHRD, shrd}};
    return all;
}

} // namespace forkproof::proofs
