// Instructions: bytes of the image decoded by Zydis, their forms (what one test validates together with all
// others of the same form), and the check that the decoder and the code agree on where instructions begin.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>
#include <Zydis/Zydis.h>

namespace forkproof::proofs {

struct Instruction {
    std::uint32_t address;
    std::uint8_t length;
    ZydisDecodedInstruction z;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

    [[nodiscard]] std::uint32_t next() const { return address + length; }
    /// Operands that the assembler writes down; implicit ones follow them.
    [[nodiscard]] unsigned explicit_operands() const { return z.operand_count_visible; }
    /// rep, repe or repne.
    [[nodiscard]] bool repeated() const;
    /// Of a jmp, jcc or call with an offset.
    [[nodiscard]] bool relative() const;
    [[nodiscard]] std::uint32_t relative_target() const;
};

class Decoder {
  public:
    /// Answers -1 where there is no byte of code.
    using Bytes = std::function<int(std::uint32_t address)>;

    explicit Decoder(Bytes bytes);

    /// Whether there is a byte of code at this address.
    [[nodiscard]] bool is_code(std::uint32_t address) const {
        return known_.contains(address) || bytes_(address) >= 0;
    }
    /// The instruction at this address, decoded once. Throws CannotTell if there is none.
    [[nodiscard]] const Instruction& at(std::uint32_t address) const;

  private:
    Bytes bytes_;
    ZydisDecoder zydis_;
    mutable std::unordered_map<std::uint32_t, Instruction> known_;
};

/// Mnemonic and operands with registers, numbers and addresses left out: "add r32,imm", "mov m8,r8h",
/// "rep movsd m32,m32". What changes the meaning stays: ah to bh, segment and control registers by name, a
/// shift by 1, esp in an instruction that moves it.
[[nodiscard]] std::string form(const Instruction& i);

/// As a disassembler writes it, without the address: "mov eax, [ebp+0x08]".
[[nodiscard]] std::string text(const Instruction& i);

/// A function, or another stretch of code that has a name.
struct CodeRange {
    std::uint32_t low, high;
    std::string name;
};

/// Decodes each range from its first byte to the next range, and again along the jumps and calls from the
/// beginnings of all ranges. A line for each disagreement: bytes that are no instruction, a jump into the
/// middle of one, an instruction that runs over the range's end, a path that falls off it (unless a call that
/// may not return is the last), and instructions that nothing reaches and that are no padding.
[[nodiscard]] std::vector<std::string> check_decoding(const Decoder& decoder,
                                                      std::span<const CodeRange> ranges);

} // namespace forkproof::proofs
