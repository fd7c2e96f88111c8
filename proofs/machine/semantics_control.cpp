// jmp, jcc, call, ret, iret, and what stops the processor.
#include "proofs/machine/semantics_parts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

std::uint32_t target_of(const State& s, const Instruction& i) {
    if (i.relative()) return i.relative_target();
    if (i.operands[0].type == ZYDIS_OPERAND_TYPE_POINTER || width(i, 0) != 32) throw no_semantics(i);
    return s.address(value(s, i, 0));
}

void jmp(State& s, const Instruction& i) { s.jump(target_of(s, i)); }

void jcc(State& s, const Instruction& i) {
    const bool taken = s.decide(s.flags.condition(condition_of(i)));
    s.note(taken ? Event::Kind::taken : Event::Kind::passed, i.address, i.relative_target());
    s.jump(taken ? i.relative_target() : i.next());
}

void call(State& s, const Instruction& i) { s.enter(target_of(s, i), i.next()); }

void ret(State& s, const Instruction& i) {
    if (i.z.operand_width != 32) throw no_semantics(i);
    s.leave(i.explicit_operands() ? static_cast<unsigned>(i.operands[0].imm.value.u) : 0);
}

/// From ring 0: to where the frame says, and the stack as well if that is ring 3.
void iretd(State& s, const Instruction&) {
    constexpr unsigned RING = 3, FRAME_WORDS = 3;
    const Word esp = s.get(Reg::esp);
    auto frame = [&](unsigned n) { return s.load(esp + word32(4 * n), 4); };
    const Word ip = frame(0), cs = extract(frame(1), 15, 0), eflags = frame(2);
    const bool to_user = s.decide(eq(extract(cs, 1, 0), Word(2, RING)));
    if (to_user) {
        const Word user_esp = frame(3), ss = extract(frame(4), 15, 0);
        s.ring3 = Ring3{ip, eflags};
        s.ip = IN_RING_3;
        s.set(Seg::ss, ss);
        s.set(Reg::esp, user_esp);
    } else {
        s.ip = s.address(ip);
        s.set(Reg::esp, esp + word32(4 * FRAME_WORDS));
    }
    s.set(Seg::cs, cs);
    load_flags(s, eflags);
}

void ud2(State&, const Instruction& i) {
    throw Violation(fmt::format("the undefined instruction ud2 at {:#x} is executed", i.address));
}
void int3(State&, const Instruction& i) {
    throw Violation(fmt::format("the breakpoint instruction at {:#x} is executed", i.address));
}

} // namespace

std::span<const SemanticsEntry> semantics_of_control() {
    static constexpr SemanticsEntry all[] = {
        {ZYDIS_MNEMONIC_JMP, jmp}, {ZYDIS_MNEMONIC_CALL, call}, {ZYDIS_MNEMONIC_RET, ret},
        {ZYDIS_MNEMONIC_UD2, ud2}, {ZYDIS_MNEMONIC_INT3, int3}, {ZYDIS_MNEMONIC_IRETD, iretd},
        {ZYDIS_MNEMONIC_JB, jcc},  {ZYDIS_MNEMONIC_JBE, jcc},   {ZYDIS_MNEMONIC_JL, jcc},
        {ZYDIS_MNEMONIC_JLE, jcc}, {ZYDIS_MNEMONIC_JNB, jcc},   {ZYDIS_MNEMONIC_JNBE, jcc},
        {ZYDIS_MNEMONIC_JNL, jcc}, {ZYDIS_MNEMONIC_JNLE, jcc},  {ZYDIS_MNEMONIC_JNO, jcc},
        {ZYDIS_MNEMONIC_JNP, jcc}, {ZYDIS_MNEMONIC_JNS, jcc},   {ZYDIS_MNEMONIC_JNZ, jcc},
        {ZYDIS_MNEMONIC_JO, jcc},  {ZYDIS_MNEMONIC_JP, jcc},    {ZYDIS_MNEMONIC_JS, jcc},
        {ZYDIS_MNEMONIC_JZ, jcc},
    };
    return all;
}

} // namespace forkproof::proofs
