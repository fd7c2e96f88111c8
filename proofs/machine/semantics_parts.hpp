// What the semantic functions share: operands, and the table that they are entered into. A semantic function
// finds out all addresses and asks all questions (either may throw Fork) before it changes anything.
#pragma once
#include "proofs/machine/semantics.hpp"

namespace forkproof::proofs {

/// Where an operand lies: a register or a part of it, or memory whose address is known.
struct OperandPlace {
    bool in_memory;
    unsigned width;
    Reg reg;   ///< unless in memory
    bool high; ///< ah, ch, dh or bh
    std::uint32_t address;

    [[nodiscard]] Word read(const State& s) const;
    void write(State& s, const Word& value) const;
};

[[nodiscard]] Reg register_of(ZydisRegister r);
[[nodiscard]] Seg segment_of(ZydisRegister r);
[[nodiscard]] bool is_segment(const ZydisDecodedOperand& o);
[[nodiscard]] bool is_control_register(const ZydisDecodedOperand& o);

/// base + index * scale + displacement.
[[nodiscard]] Word effective_address(const State& s, const Instruction& i, const ZydisDecodedOperand& o);
[[nodiscard]] OperandPlace place(const State& s, const Instruction& i, unsigned operand);
/// The value of a register, of memory, or of an immediate, which is as wide as the first operand.
[[nodiscard]] Word value(const State& s, const Instruction& i, unsigned operand);
[[nodiscard]] inline unsigned width(const Instruction& i, unsigned operand) {
    return i.operands[operand].size;
}

/// Of a jcc, setcc or cmovcc.
[[nodiscard]] inline Condition condition_of(const Instruction& i) {
    return static_cast<Condition>(i.z.opcode & 0xf);
}
[[nodiscard]] CannotTell no_semantics(const Instruction& i);
void set_undefined(State& s, std::initializer_list<Flag> flags);
/// popf or iret in ring 0: the flags that State has.
void load_flags(State& s, const Word& eflags);

using Semantics = void (*)(State&, const Instruction&);
struct SemanticsEntry {
    ZydisMnemonic mnemonic;
    Semantics semantics;
};
// The families. After one of control's functions ip is where it says, after the others at the next
// instruction.
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_moves();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_stack();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_arithmetic();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_products();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_shifts();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_bits();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_strings();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_system();
[[nodiscard]] std::span<const SemanticsEntry> semantics_of_control();

} // namespace forkproof::proofs
