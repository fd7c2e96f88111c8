// mov, movzx, movsx, lea, xchg, cmovcc, setcc, sign extension in eax.
#include "proofs/machine/semantics_parts.hpp"

namespace forkproof::proofs {

namespace {

/// A selector comes from the low half of a register, and fills a 32-bit register with zeros above it.
void move_segment(State& s, const Instruction& i) {
    const auto &to = i.operands[0], &from = i.operands[1];
    if (is_segment(to)) return s.set(segment_of(to.reg.value), extract(value(s, i, 1), 15, 0));
    const OperandPlace target = place(s, i, 0);
    target.write(s, zext(s.get(segment_of(from.reg.value)), target.width));
}

/// What control registers hold is not modelled: the kernel's own addresses mean the same in all page tables.
void move_control(State& s, const Instruction& i) {
    // A theorem may ask whether the TLB has been flushed.
    if (is_control_register(i.operands[0]))
        return s.note(Event::Kind::note, i.address, 0,
                      std::string(ZydisRegisterGetString(i.operands[0].reg.value)) + " is loaded");
    place(s, i, 0).write(s, s.unknown(ZydisRegisterGetString(i.operands[1].reg.value), 32));
}

void mov(State& s, const Instruction& i) {
    if (is_segment(i.operands[0]) || is_segment(i.operands[1])) return move_segment(s, i);
    if (is_control_register(i.operands[0]) || is_control_register(i.operands[1])) return move_control(s, i);
    const OperandPlace to = place(s, i, 0);
    to.write(s, value(s, i, 1));
}

void movzx(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, zext(value(s, i, 1), to.width));
}

void movsx(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, sext(value(s, i, 1), to.width));
}

void lea(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, extract(effective_address(s, i, i.operands[1]), to.width - 1, 0));
}

void xchg(State& s, const Instruction& i) {
    const OperandPlace a = place(s, i, 0), b = place(s, i, 1);
    const Word old_a = a.read(s), old_b = b.read(s);
    // Memory first: a store may divide the path.
    (b.in_memory ? b : a).write(s, b.in_memory ? old_a : old_b);
    (b.in_memory ? a : b).write(s, b.in_memory ? old_b : old_a);
}

/// The source is read, and may fault, whatever the condition is.
void cmov(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    const Word from = value(s, i, 1);
    to.write(s, ite(s.flags.condition(condition_of(i)), from, to.read(s)));
}

void set(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, from_truth(s.flags.condition(condition_of(i)), to.width));
}

void cbw(State& s, const Instruction&) {
    s.set_part(Reg::eax, sext(s.get_part(Reg::eax, 8, false), 16), false);
}
void cwde(State& s, const Instruction&) { s.set(Reg::eax, sext(s.get_part(Reg::eax, 16, false), 32)); }
void cdq(State& s, const Instruction&) { s.set(Reg::edx, extract(sext(s.get(Reg::eax), 64), 63, 32)); }

void nop(State&, const Instruction&) {}

} // namespace

std::span<const SemanticsEntry> semantics_of_moves() {
    static constexpr SemanticsEntry all[] = {
        {ZYDIS_MNEMONIC_MOV, mov},      {ZYDIS_MNEMONIC_MOVZX, movzx}, {ZYDIS_MNEMONIC_MOVSX, movsx},
        {ZYDIS_MNEMONIC_LEA, lea},      {ZYDIS_MNEMONIC_XCHG, xchg},   {ZYDIS_MNEMONIC_CBW, cbw},
        {ZYDIS_MNEMONIC_CWDE, cwde},    {ZYDIS_MNEMONIC_CDQ, cdq},     {ZYDIS_MNEMONIC_NOP, nop},
        {ZYDIS_MNEMONIC_ENDBR32, nop},  {ZYDIS_MNEMONIC_CMOVB, cmov},  {ZYDIS_MNEMONIC_CMOVBE, cmov},
        {ZYDIS_MNEMONIC_CMOVL, cmov},   {ZYDIS_MNEMONIC_CMOVLE, cmov}, {ZYDIS_MNEMONIC_CMOVNB, cmov},
        {ZYDIS_MNEMONIC_CMOVNBE, cmov}, {ZYDIS_MNEMONIC_CMOVNL, cmov}, {ZYDIS_MNEMONIC_CMOVNLE, cmov},
        {ZYDIS_MNEMONIC_CMOVNO, cmov},  {ZYDIS_MNEMONIC_CMOVNP, cmov}, {ZYDIS_MNEMONIC_CMOVNS, cmov},
        {ZYDIS_MNEMONIC_CMOVNZ, cmov},  {ZYDIS_MNEMONIC_CMOVO, cmov},  {ZYDIS_MNEMONIC_CMOVP, cmov},
        {ZYDIS_MNEMONIC_CMOVS, cmov},   {ZYDIS_MNEMONIC_CMOVZ, cmov},  {ZYDIS_MNEMONIC_SETB, set},
        {ZYDIS_MNEMONIC_SETBE, set},    {ZYDIS_MNEMONIC_SETL, set},    {ZYDIS_MNEMONIC_SETLE, set},
        {ZYDIS_MNEMONIC_SETNB, set},    {ZYDIS_MNEMONIC_SETNBE, set},  {ZYDIS_MNEMONIC_SETNL, set},
        {ZYDIS_MNEMONIC_SETNLE, set},   {ZYDIS_MNEMONIC_SETNO, set},   {ZYDIS_MNEMONIC_SETNP, set},
        {ZYDIS_MNEMONIC_SETNS, set},    {ZYDIS_MNEMONIC_SETNZ, set},   {ZYDIS_MNEMONIC_SETO, set},
        {ZYDIS_MNEMONIC_SETP, set},     {ZYDIS_MNEMONIC_SETS, set},    {ZYDIS_MNEMONIC_SETZ, set},
    };
    return all;
}

} // namespace forkproof::proofs
