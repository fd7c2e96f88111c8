#include "proofs/stack/instruction.hpp"
#include "proofs/machine/memory.hpp"
#include <fmt/format.h>

namespace forkproof::proofs::stack {

namespace {

using Effect = Move::Effect;
using Next = Move::Next;
using Operands = std::span<const ZydisDecodedOperand>;

Operands all(const Instruction& d) { return {d.operands, d.z.operand_count}; }
Operands visible(const Instruction& d) { return {d.operands, d.explicit_operands()}; }

bool is_register(const ZydisDecodedOperand& o, ZydisRegister r) {
    return o.type == ZYDIS_OPERAND_TYPE_REGISTER && o.reg.value == r;
}
bool is_immediate(const ZydisDecodedOperand& o) { return o.type == ZYDIS_OPERAND_TYPE_IMMEDIATE; }

/// Parts of a register count as the register.
bool writes(const Instruction& d, ZydisRegister r) {
    for (const auto& o : all(d)) {
        if (o.type != ZYDIS_OPERAND_TYPE_REGISTER || !(o.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)) continue;
        if (ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, o.reg.value) == r) return true;
    }
    return false;
}

[[noreturn]] void stop(const Code& code, Address at, const char* what) {
    throw Stopped(fmt::format("{}: {}: teach the stack analysis this instruction", code.where(at), what));
}

int signed_value(const ZydisDecodedOperand& o) { return static_cast<int>(o.imm.value.s); }

/// lea esp, [base + displacement]
Effect lea_esp(const ZydisDecodedOperand& from, int& amount) {
    const auto& m = from.mem;
    amount = static_cast<int>(m.disp.value);
    if (m.index != ZYDIS_REGISTER_NONE) return Effect::none;
    if (m.base == ZYDIS_REGISTER_EBP) return Effect::esp_from_ebp;
    return m.base == ZYDIS_REGISTER_ESP ? Effect::pop : Effect::none;
}

/// What it does to esp; none: it is not one of those known.
Effect effect_on_esp(const Instruction& d, int& amount) {
    const auto o = visible(d);
    const bool by_number = o.size() == 2 && is_register(o[0], ZYDIS_REGISTER_ESP) && is_immediate(o[1]);
    amount = by_number ? signed_value(o[1]) : d.z.operand_width / 8;
    switch (d.z.mnemonic) {
    case ZYDIS_MNEMONIC_PUSH: return is_register(o[0], ZYDIS_REGISTER_EBP) ? Effect::push_ebp : Effect::push;
    case ZYDIS_MNEMONIC_POP:
        if (is_register(o[0], ZYDIS_REGISTER_ESP)) return Effect::none;
        return is_register(o[0], ZYDIS_REGISTER_EBP) ? Effect::pop_ebp : Effect::pop;
    case ZYDIS_MNEMONIC_PUSHFD: return Effect::push;
    case ZYDIS_MNEMONIC_POPFD: return Effect::pop;
    case ZYDIS_MNEMONIC_LEAVE: return Effect::leave;
    case ZYDIS_MNEMONIC_SUB: return by_number ? Effect::push : Effect::none;
    case ZYDIS_MNEMONIC_ADD: return by_number ? Effect::pop : Effect::none;
    case ZYDIS_MNEMONIC_AND: return by_number ? Effect::align : Effect::none;
    case ZYDIS_MNEMONIC_LEA: return lea_esp(o[1], amount);
    case ZYDIS_MNEMONIC_MOV:
        amount = 0;
        if (is_register(o[1], ZYDIS_REGISTER_EBP)) return Effect::esp_from_ebp;
        return o[1].type == ZYDIS_OPERAND_TYPE_MEMORY ? Effect::load_esp : Effect::none;
    default: return Effect::none;
    }
}

void flow(const Code& code, const Instruction& d, Move& i) {
    const auto relative = [&]() -> std::optional<Address> {
        if (!is_immediate(d.operands[0])) return std::nullopt;
        if (!d.operands[0].imm.is_relative) stop(code, i.at, "a far jump or call");
        return i.end() + static_cast<Address>(d.operands[0].imm.value.s);
    };
    const bool loads_cs =
        d.operands[0].type == ZYDIS_OPERAND_TYPE_POINTER && d.operands[0].ptr.offset == i.end();
    if (loads_cs && d.z.mnemonic == ZYDIS_MNEMONIC_JMP) return;
    if (d.z.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR && d.z.mnemonic != ZYDIS_MNEMONIC_IRETD)
        stop(code, i.at, "a far jump, call or return");
    switch (d.z.meta.category) {
    case ZYDIS_CATEGORY_COND_BR: i.next = Next::branch, i.target = relative(); break;
    case ZYDIS_CATEGORY_UNCOND_BR: i.next = Next::jump, i.target = relative(); break;
    case ZYDIS_CATEGORY_CALL: i.next = Next::call, i.target = relative(); break;
    case ZYDIS_CATEGORY_INTERRUPT: // int3 is a trap like others: apart
        if (d.z.mnemonic != ZYDIS_MNEMONIC_INT3) stop(code, i.at, "a software interrupt");
        break;
    case ZYDIS_CATEGORY_RET:
        i.next = d.z.mnemonic == ZYDIS_MNEMONIC_IRETD ? Next::iret : Next::ret;
        i.amount = i.next == Next::ret && is_immediate(d.operands[0]) ? signed_value(d.operands[0]) : 0;
        break;
    default:
        if (d.z.mnemonic == ZYDIS_MNEMONIC_UD2) i.next = Next::ends;
    }
}

} // namespace

std::vector<Address> constants(const Instruction& d) {
    std::vector<Address> result;
    for (const auto& o : visible(d)) {
        if (is_immediate(o) && !o.imm.is_relative) result.push_back(static_cast<Address>(o.imm.value.u));
        if (o.type == ZYDIS_OPERAND_TYPE_MEMORY && o.mem.disp.has_displacement)
            result.push_back(static_cast<Address>(o.mem.disp.value));
    }
    return result;
}

bool is_indirect(const Instruction& d) {
    const auto c = d.z.meta.category;
    const auto to = d.operands[0].type;
    return (c == ZYDIS_CATEGORY_CALL || c == ZYDIS_CATEGORY_UNCOND_BR) &&
           (to == ZYDIS_OPERAND_TYPE_REGISTER || to == ZYDIS_OPERAND_TYPE_MEMORY);
}

bool enables_interrupts(const Instruction& d) {
    return d.z.mnemonic == ZYDIS_MNEMONIC_STI || d.z.mnemonic == ZYDIS_MNEMONIC_POPFD;
}

Reader::Reader(const Code& code)
    : code_(code), decoder_([&code](Address a) {
          const auto bytes = code.code_at(a);
          return bytes.empty() ? -1 : int{bytes.front()};
      }) {}

const Instruction& Reader::decode(Address at) const {
    try {
        return decoder_.at(at);
    } catch (const CannotTell&) {
        stop(code_, at, "no instruction");
    }
}

Move Reader::at(Address at) const {
    const Instruction& d = decode(at);
    Move i;
    i.at = at;
    i.length = d.length;
    flow(code_, d, i);
    if (i.next == Next::call || i.next == Next::ret || i.next == Next::iret || i.next == Next::ends) return i;
    if (d.z.mnemonic == ZYDIS_MNEMONIC_INT3) return i;
    if (writes(d, ZYDIS_REGISTER_ESP)) {
        i.effect = effect_on_esp(d, i.amount);
        if (i.effect == Effect::none) stop(code_, at, "an unknown change of esp");
    } else if (d.z.mnemonic == ZYDIS_MNEMONIC_MOV && is_register(d.operands[0], ZYDIS_REGISTER_EBP) &&
               is_register(d.operands[1], ZYDIS_REGISTER_ESP)) {
        i.effect = Effect::set_ebp;
    } else if (writes(d, ZYDIS_REGISTER_EBP)) {
        i.effect = Effect::spoil_ebp;
    }
    return i;
}

} // namespace forkproof::proofs::stack
