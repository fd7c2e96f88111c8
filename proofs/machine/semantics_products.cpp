// mul, imul, div, idiv of 32 bits.
#include "proofs/machine/semantics_parts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// CF and OF say that the upper half matters; the other flags are undefined.
void flags_of_product(State& s, const Truth& overflow) {
    s.flags.set(Flag::cf, overflow);
    s.flags.set(Flag::of, overflow);
    set_undefined(s, {Flag::sf, Flag::zf, Flag::af, Flag::pf});
}

/// edx:eax = eax * operand
void wide_product(State& s, const Instruction& i, Word (*extend)(const Word&, unsigned)) {
    if (width(i, 0) != 32) throw no_semantics(i);
    const Word product = extend(s.get(Reg::eax), 64) * extend(value(s, i, 0), 64);
    const Word low = extract(product, 31, 0);
    s.set(Reg::eax, low);
    s.set(Reg::edx, extract(product, 63, 32));
    flags_of_product(s, !eq(extend(low, 64), product));
}

void mul(State& s, const Instruction& i) { wide_product(s, i, zext); }

void imul(State& s, const Instruction& i) {
    if (i.explicit_operands() == 1) return wide_product(s, i, sext);
    if (width(i, 0) != 32) throw no_semantics(i);
    const OperandPlace to = place(s, i, 0);
    const unsigned first = i.explicit_operands() == 3 ? 1 : 0;
    const Word product = sext(value(s, i, first), 64) * sext(value(s, i, first + 1), 64);
    const Word low = extract(product, 31, 0);
    to.write(s, low);
    flags_of_product(s, !eq(sext(low, 64), product));
}

void divide(State& s, const Word& quotient, const Word& remainder) {
    s.set(Reg::eax, quotient);
    s.set(Reg::edx, remainder);
    set_undefined(s, {Flag::cf, Flag::of, Flag::sf, Flag::zf, Flag::af, Flag::pf});
}

[[noreturn]] void division_error(const Instruction& i) {
    throw Violation(fmt::format("division error in {} at {:#x}", text(i), i.address));
}

/// edx:eax / operand. A quotient of more than 32 bits, or a divisor of 0, is a fault.
void div(State& s, const Instruction& i) {
    if (width(i, 0) != 32) throw no_semantics(i);
    const Word divisor = value(s, i, 0), high = s.get(Reg::edx);
    if (!s.decide(ult(high, divisor))) division_error(i);
    if (high.is(0)) // stays within 32 bits, which solvers like better
        return divide(s, udiv(s.get(Reg::eax), divisor), urem(s.get(Reg::eax), divisor));
    const Word dividend = concat(high, s.get(Reg::eax)), wide = zext(divisor, 64);
    divide(s, extract(udiv(dividend, wide), 31, 0), extract(urem(dividend, wide), 31, 0));
}

void idiv(State& s, const Instruction& i) {
    if (width(i, 0) != 32) throw no_semantics(i);
    const Word divisor = value(s, i, 0);
    if (s.decide(is_zero(divisor))) division_error(i);
    const Word dividend = concat(s.get(Reg::edx), s.get(Reg::eax)), wide = sext(divisor, 64);
    const Word quotient = sdiv(dividend, wide), low = extract(quotient, 31, 0);
    // -2^63 / -1 does not fit 64 bits either; Z3 and Word make it -2^63, whose low half is 0: refused as
    // well.
    if (!s.decide(eq(sext(low, 64), quotient))) division_error(i);
    divide(s, low, extract(srem(dividend, wide), 31, 0));
}

} // namespace

std::span<const SemanticsEntry> semantics_of_products() {
    static constexpr SemanticsEntry all[] = {{ZYDIS_MNEMONIC_MUL, mul},
                                             {ZYDIS_MNEMONIC_IMUL, imul},
                                             {ZYDIS_MNEMONIC_DIV, div},
                                             {ZYDIS_MNEMONIC_IDIV, idiv}};
    return all;
}

} // namespace forkproof::proofs
