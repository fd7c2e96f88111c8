#include "proofs/machine/decode.hpp"
#include "proofs/machine/memory.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {

bool Instruction::repeated() const {
    return z.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
}

bool Instruction::relative() const {
    return operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operands[0].imm.is_relative;
}

std::uint32_t Instruction::relative_target() const {
    return next() + static_cast<std::uint32_t>(operands[0].imm.value.u);
}

Decoder::Decoder(Bytes bytes) : bytes_(std::move(bytes)) {
    ZydisDecoderInit(&zydis_, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
    // The kernel is built for i686, where the prefix F3 before bsf and bsr says nothing.
    ZydisDecoderEnableMode(&zydis_, ZYDIS_DECODER_MODE_TZCNT, ZYAN_FALSE);
    ZydisDecoderEnableMode(&zydis_, ZYDIS_DECODER_MODE_LZCNT, ZYAN_FALSE);
}

const Instruction& Decoder::at(std::uint32_t address) const {
    if (const auto found = known_.find(address); found != known_.end()) return found->second;
    std::uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
    unsigned count = 0;
    for (; count < sizeof bytes; count++) {
        const int byte = bytes_(address + count);
        if (byte < 0) break;
        bytes[count] = static_cast<std::uint8_t>(byte);
    }
    Instruction i{};
    i.address = address;
    if (count == 0 || ZYAN_FAILED(ZydisDecoderDecodeFull(&zydis_, bytes, count, &i.z, i.operands)))
        throw CannotTell(fmt::format("no instruction at {:#x}", address));
    i.length = i.z.length;
    return known_.emplace(address, i).first->second;
}

namespace {

bool high_byte(ZydisRegister r) { return r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH; }

/// Whether the instruction moves esp itself, so that esp as an operand needs saying when.
bool moves_esp(const Instruction& i) {
    switch (i.z.meta.category) {
    case ZYDIS_CATEGORY_PUSH:
    case ZYDIS_CATEGORY_POP:
    case ZYDIS_CATEGORY_CALL: return true;
    default: return false;
    }
}

std::string form_of_register(const Instruction& i, const ZydisDecodedOperand& o) {
    const ZydisRegister r = o.reg.value;
    if (ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_SEGMENT ||
        ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_CONTROL)
        return ZydisRegisterGetString(r);
    if (high_byte(r)) return "r8h";
    if (r == ZYDIS_REGISTER_ESP && moves_esp(i)) return "esp";
    if (o.id > 0 && r == ZYDIS_REGISTER_CL && i.z.meta.category != ZYDIS_CATEGORY_DATAXFER &&
        o.encoding == ZYDIS_OPERAND_ENCODING_NONE)
        return "cl"; // a shift's count
    return fmt::format("r{}", o.size);
}

std::string form_of_operand(const Instruction& i, const ZydisDecodedOperand& o) {
    switch (o.type) {
    case ZYDIS_OPERAND_TYPE_REGISTER: return form_of_register(i, o);
    case ZYDIS_OPERAND_TYPE_MEMORY:
        if (o.mem.type == ZYDIS_MEMOP_TYPE_AGEN) return "address";
        return fmt::format("{}m{}{}",
                           o.mem.segment == ZYDIS_REGISTER_FS || o.mem.segment == ZYDIS_REGISTER_GS
                               ? fmt::format("{}:", ZydisRegisterGetString(o.mem.segment))
                               : "",
                           o.size, o.mem.base == ZYDIS_REGISTER_ESP && moves_esp(i) ? "[esp]" : "");
    case ZYDIS_OPERAND_TYPE_POINTER: return "far";
    case ZYDIS_OPERAND_TYPE_IMMEDIATE:
        if (o.imm.is_relative) return "rel";
        return o.encoding == ZYDIS_OPERAND_ENCODING_NONE ? fmt::format("{}", o.imm.value.u) : "imm";
    default: return "?";
    }
}

const char* prefix(const Instruction& i) {
    if (i.z.attributes & ZYDIS_ATTRIB_HAS_LOCK) return "lock ";
    if (i.z.attributes & ZYDIS_ATTRIB_HAS_REP) return "rep ";
    if (i.z.attributes & ZYDIS_ATTRIB_HAS_REPE) return "repe ";
    if (i.z.attributes & ZYDIS_ATTRIB_HAS_REPNE) return "repne ";
    return "";
}

} // namespace

std::string form(const Instruction& i) {
    std::string name = fmt::format("{}{}", prefix(i), ZydisMnemonicGetString(i.z.mnemonic));
    for (unsigned n = 0; n < i.explicit_operands(); n++) {
        name += n ? "," : " ";
        name += form_of_operand(i, i.operands[n]);
    }
    return name;
}

std::string text(const Instruction& i) {
    ZydisFormatter formatter;
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    char line[128];
    if (ZYAN_FAILED(ZydisFormatterFormatInstruction(&formatter, &i.z, i.operands, i.z.operand_count_visible,
                                                    line, sizeof line, i.address, nullptr)))
        return ZydisMnemonicGetString(i.z.mnemonic);
    return line;
}

} // namespace forkproof::proofs
