// push, pop, leave, popf.
#include "proofs/machine/semantics_parts.hpp"

namespace forkproof::proofs {

namespace {

void push(State& s, const Instruction& i) {
    if (i.z.operand_width != 32) throw no_semantics(i);
    const auto& o = i.operands[0];
    if (is_segment(o)) {
        // The upper half is zero, or as the stack had it: processors differ.
        return s.push(concat(s.unknown("above a pushed selector", 16), s.get(segment_of(o.reg.value))));
    }
    if (o.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) return s.push(word32(o.imm.value.u));
    s.push(value(s, i, 0)); // esp, and addresses made of it, as they were before
}

void pop(State& s, const Instruction& i) {
    const auto& o = i.operands[0];
    if (i.z.operand_width != 32 || o.type != ZYDIS_OPERAND_TYPE_REGISTER) throw no_semantics(i);
    const Word top = s.pop();
    if (is_segment(o))
        s.set(segment_of(o.reg.value), extract(top, 15, 0));
    else
        s.set(register_of(o.reg.value), top); // pop esp: what was popped stays
}

void leave(State& s, const Instruction& i) {
    if (i.z.operand_width != 32) throw no_semantics(i);
    const Word frame = s.get(Reg::ebp), old = s.load(frame, 4);
    s.set(Reg::esp, frame + word32(4));
    s.set(Reg::ebp, old);
}

void popfd(State& s, const Instruction&) { load_flags(s, s.pop()); }

} // namespace

std::span<const SemanticsEntry> semantics_of_stack() {
    static constexpr SemanticsEntry all[] = {{ZYDIS_MNEMONIC_PUSH, push},
                                             {ZYDIS_MNEMONIC_POP, pop},
                                             {ZYDIS_MNEMONIC_LEAVE, leave},
                                             {ZYDIS_MNEMONIC_POPFD, popfd}};
    return all;
}

} // namespace forkproof::proofs
