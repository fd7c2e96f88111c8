#include "proofs/machine/semantics_parts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

int number_of(ZydisRegister r) {
    if (r >= ZYDIS_REGISTER_EAX && r <= ZYDIS_REGISTER_EDI) return r - ZYDIS_REGISTER_EAX;
    if (r >= ZYDIS_REGISTER_AX && r <= ZYDIS_REGISTER_DI) return r - ZYDIS_REGISTER_AX;
    if (r >= ZYDIS_REGISTER_AL && r <= ZYDIS_REGISTER_BL) return r - ZYDIS_REGISTER_AL;
    if (r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH) return r - ZYDIS_REGISTER_AH;
    throw CannotTell(fmt::format("the register {} has no semantics", ZydisRegisterGetString(r)));
}

} // namespace

Reg register_of(ZydisRegister r) { return static_cast<Reg>(number_of(r)); }
Seg segment_of(ZydisRegister r) { return static_cast<Seg>(r - ZYDIS_REGISTER_ES); }

bool is_segment(const ZydisDecodedOperand& o) {
    return o.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(o.reg.value) == ZYDIS_REGCLASS_SEGMENT;
}
bool is_control_register(const ZydisDecodedOperand& o) {
    return o.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(o.reg.value) == ZYDIS_REGCLASS_CONTROL;
}

Word OperandPlace::read(const State& s) const {
    return in_memory ? s.load(word32(address), width / 8) : s.get_part(reg, width, high);
}
void OperandPlace::write(State& s, const Word& value) const {
    if (in_memory)
        s.store(word32(address), value);
    else
        s.set_part(reg, value, high);
}

Word effective_address(const State& s, const Instruction& i, const ZydisDecodedOperand& o) {
    if (i.z.address_width != 32) throw no_semantics(i);
    Word sum = word32(0);
    if (o.mem.base != ZYDIS_REGISTER_NONE) sum = s.get(register_of(o.mem.base));
    if (o.mem.index != ZYDIS_REGISTER_NONE)
        sum = sum +
              shl(s.get(register_of(o.mem.index)), word32(static_cast<unsigned>(__builtin_ctz(o.mem.scale))));
    return sum + word32(static_cast<std::uint64_t>(o.mem.disp.value));
}

OperandPlace place(const State& s, const Instruction& i, unsigned operand) {
    const auto& o = i.operands[operand];
    if (o.type == ZYDIS_OPERAND_TYPE_REGISTER) {
        const auto r = o.reg.value;
        return {false, o.size, register_of(r), r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH, 0};
    }
    // All segments but fs and gs are flat while the kernel's C++ runs.
    if (o.type != ZYDIS_OPERAND_TYPE_MEMORY || o.mem.segment == ZYDIS_REGISTER_FS ||
        o.mem.segment == ZYDIS_REGISTER_GS)
        throw no_semantics(i);
    return {true, o.size, Reg::eax, false, s.address(effective_address(s, i, o))};
}

Word value(const State& s, const Instruction& i, unsigned operand) {
    const auto& o = i.operands[operand];
    if (o.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) return {width(i, 0), o.imm.value.u};
    return place(s, i, operand).read(s);
}

void set_undefined(State& s, std::initializer_list<Flag> flags) {
    for (const auto flag : flags) s.flags.set_undefined(flag);
}

void load_flags(State& s, const Word& eflags) {
    constexpr struct {
        Flag flag;
        unsigned bit;
    } all[] = {{Flag::cf, 0}, {Flag::pf, 2},        {Flag::af, 4},  {Flag::zf, 6},
               {Flag::sf, 7}, {Flag::interrupt, 9}, {Flag::df, 10}, {Flag::of, 11}};
    for (const auto& [flag, position] : all) s.flags.set(flag, bit(eflags, position));
}

} // namespace forkproof::proofs
