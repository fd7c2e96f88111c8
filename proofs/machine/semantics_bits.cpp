// bt, bsf, bsr, bswap.
#include "proofs/machine/semantics_parts.hpp"

namespace forkproof::proofs {

namespace {

/// CF is the bit; ZF stays; the others are undefined.
void bt(State& s, const Instruction& i) {
    const OperandPlace from = place(s, i, 0);
    if (from.in_memory && i.operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER)
        throw no_semantics(i); // the register reaches beyond the word
    const Word index = value(s, i, 1) & Word(from.width, from.width - 1);
    const Truth found = bit(lshr(from.read(s), index), 0);
    s.flags.set(Flag::cf, found);
    set_undefined(s, {Flag::of, Flag::sf, Flag::af, Flag::pf});
}

/// The number of the lowest or highest bit that is set. If none is, ZF says so and the target is anything.
void scan(State& s, const Instruction& i, bool upwards) {
    const OperandPlace to = place(s, i, 0);
    const Word from = value(s, i, 1);
    const Truth none = is_zero(from);
    Word number(to.width, 0);
    if (from.known()) {
        for (unsigned n = 0; n < to.width; n++) {
            const unsigned looked_at = upwards ? to.width - 1 - n : n;
            if (from.value() >> looked_at & 1) number = Word(to.width, looked_at);
        }
    } else {
        for (unsigned n = 0; n < to.width; n++) {
            const unsigned looked_at = upwards ? to.width - 1 - n : n; // the last one to be looked at wins
            number = ite(bit(from, looked_at), Word(to.width, looked_at), number);
        }
    }
    if (!none.known() || none.value())
        number = ite(none, s.unknown("a bit number of zero", to.width), number);
    to.write(s, number);
    s.flags.set(Flag::zf, none);
    set_undefined(s, {Flag::cf, Flag::of, Flag::sf, Flag::af, Flag::pf});
}
void bsf(State& s, const Instruction& i) { scan(s, i, true); }
void bsr(State& s, const Instruction& i) { scan(s, i, false); }

void bswap(State& s, const Instruction& i) {
    if (width(i, 0) != 32) throw no_semantics(i);
    const OperandPlace to = place(s, i, 0);
    const Word a = to.read(s);
    to.write(s, concat(concat(extract(a, 7, 0), extract(a, 15, 8)),
                       concat(extract(a, 23, 16), extract(a, 31, 24))));
}

} // namespace

std::span<const SemanticsEntry> semantics_of_bits() {
    static constexpr SemanticsEntry all[] = {{ZYDIS_MNEMONIC_BT, bt},
                                             {ZYDIS_MNEMONIC_BSF, bsf},
                                             {ZYDIS_MNEMONIC_BSR, bsr},
                                             {ZYDIS_MNEMONIC_BSWAP, bswap}};
    return all;
}

} // namespace forkproof::proofs
