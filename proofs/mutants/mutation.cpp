#include "proofs/mutants/mutation.hpp"
#include "proofs/machine/memory.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace forkproof::proofs::mutants {
namespace {

constexpr u8 NOP = 0x90, ESP = 4, EBP = 5;

/// What may change places in an opcode of one byte, a two-byte opcode after 0F, or the three bits of ModRM
/// that complete an opcode.
struct Swap {
    u8 a, b;
};

std::optional<u8> swapped(std::span<const Swap> pairs, u8 value) {
    for (const Swap& pair : pairs) {
        if (value == pair.a) return pair.b;
        if (value == pair.b) return pair.a;
    }
    return {};
}

/// One instruction, and the mutations found so far.
class Mutator {
  public:
    Mutator(const Instruction& instruction, const Image& image) : i_(instruction), image_(image) {
        bytes_.resize(i_.length);
        image.read(i_.address, bytes_);
    }

    std::vector<Mutation> all() && {
        if (keeps_the_frame()) return {};
        conditions();
        calls();
        stores();
        immediates();
        displacements();
        operations();
        registers();
        if (found_.empty() && !is_jump()) dropped("dropped");
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool is(ZydisMnemonic m) const { return i_.z.mnemonic == m; }
    [[nodiscard]] bool is_jump() const {
        return i_.z.meta.category == ZYDIS_CATEGORY_UNCOND_BR || i_.z.meta.category == ZYDIS_CATEGORY_COND_BR;
    }
    [[nodiscard]] bool writes_stack_pointer() const {
        for (unsigned n = 0; n < i_.explicit_operands(); n++) {
            const ZydisDecodedOperand& o = i_.operands[n];
            if (o.type == ZYDIS_OPERAND_TYPE_REGISTER && (o.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) &&
                (o.reg.value == ZYDIS_REGISTER_ESP || o.reg.value == ZYDIS_REGISTER_EBP))
                return true;
        }
        return false;
    }
    [[nodiscard]] bool keeps_the_frame() const {
        return is(ZYDIS_MNEMONIC_PUSH) || is(ZYDIS_MNEMONIC_POP) || is(ZYDIS_MNEMONIC_LEAVE) ||
               is(ZYDIS_MNEMONIC_RET) || is(ZYDIS_MNEMONIC_UD2) || writes_stack_pointer() || is_padding(i_);
    }
    [[nodiscard]] bool two_byte() const { return i_.z.opcode_map == ZYDIS_OPCODE_MAP_0F; }
    [[nodiscard]] bool one_byte() const { return i_.z.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT; }
    /// Where the opcode's last byte stands.
    [[nodiscard]] std::size_t opcode_at() const { return i_.z.raw.prefix_count + (two_byte() ? 1U : 0U); }

    /// Notes a mutation, unless its bytes are no instruction of this length.
    void add(const std::string& kind, std::vector<u8> changed) {
        if (changed == bytes_) return;
        const Decoder decoder(
            [&](u32 at) { return at - i_.address < changed.size() ? changed[at - i_.address] : -1; });
        std::string after;
        try {
            const Instruction& other = decoder.at(i_.address);
            const bool whole = other.length == i_.length;
            if (!whole && kind != "dropped" && !kind.ends_with("-dropped")) return;
            after = whole && !is(other, ZYDIS_MNEMONIC_NOP) ? text(other) : "nothing";
        } catch (const CannotTell&) {
            return;
        }
        Mutation m;
        m.kind = kind;
        m.words = fmt::format("{} -> {}", text(i_), after);
        m.address = i_.address;
        m.changes = {{i_.address, std::move(changed)}};
        m.name = fmt::format("{}/{}", image_.name_of(i_.address), kind);
        m.line = image_.line_of(i_.address);
        for (const Mutation& other : found_)
            if (other.changes[0].bytes == m.changes[0].bytes) return;
        found_.push_back(std::move(m));
    }
    static bool is(const Instruction& i, ZydisMnemonic m) { return i.z.mnemonic == m; }
    void dropped(const std::string& kind) { add(kind, std::vector<u8>(bytes_.size(), NOP)); }
    void add_byte(const std::string& kind, std::size_t at, u8 value) {
        std::vector<u8> changed = bytes_;
        changed[at] = value;
        add(kind, std::move(changed));
    }

    void conditions() {
        const u8 opcode = i_.z.opcode, family = opcode & 0xf0, condition = opcode & 0x0f;
        const bool is_condition = (one_byte() && family == 0x70) ||
                                  (two_byte() && (family == 0x80 || family == 0x90 || family == 0x40));
        if (!is_condition) return;
        add_byte("condition-inverted", opcode_at(), opcode ^ 1);
        // below and below-or-equal, less and less-or-equal: off by one
        static constexpr Swap BOUNDARIES[] = {{0x2, 0x6}, {0x3, 0x7}, {0xc, 0xe}, {0xd, 0xf}};
        if (const auto other = swapped(BOUNDARIES, condition))
            add_byte("boundary-moved", opcode_at(), static_cast<u8>(family | *other));
        dropped("condition-dropped"); // as if it never held
    }

    void calls() {
        if (is(ZYDIS_MNEMONIC_CALL)) dropped("call-dropped"); // eax keeps what it had
    }

    void stores() {
        if (i_.z.mnemonic == ZYDIS_MNEMONIC_CALL || is_jump()) return;
        for (unsigned n = 0; n < i_.z.operand_count; n++) {
            const ZydisDecodedOperand& o = i_.operands[n];
            if (o.type == ZYDIS_OPERAND_TYPE_MEMORY && (o.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
                return dropped("store-dropped");
        }
    }

    /// The field of the instruction's bytes, little-endian.
    void field(const std::string& kind, std::size_t at, unsigned bits, u32 value) {
        std::vector<u8> changed = bytes_;
        for (unsigned n = 0; n < bits / 8; n++) changed[at + n] = static_cast<u8>(value >> (8 * n));
        add(kind, std::move(changed));
    }

    void immediates() {
        for (const auto& imm : i_.z.raw.imm) {
            if (imm.size == 0 || imm.is_relative) continue;
            const u32 value = static_cast<u32>(imm.value.u);
            field("immediate+1", imm.offset, imm.size, value + 1);
            field("immediate-zero", imm.offset, imm.size, 0);
            field("immediate-negative", imm.offset, imm.size, 0 - value);
            field("immediate-1", imm.offset, imm.size, value - 1);
        }
    }

    void displacements() {
        const auto& disp = i_.z.raw.disp;
        if (disp.size == 0) return;
        const u32 value = static_cast<u32>(disp.value);
        field("displacement+4", disp.offset, disp.size, value + 4);
        field("displacement-4", disp.offset, disp.size, value - 4);
    }

    void operations() {
        const std::size_t at = opcode_at();
        static constexpr Swap ONE_BYTE[] = {
            {0x00, 0x28}, {0x01, 0x29}, {0x02, 0x2a}, {0x03, 0x2b}, {0x04, 0x2c}, {0x05, 0x2d}, // add, sub
            {0x08, 0x20}, {0x09, 0x21}, {0x0a, 0x22}, {0x0b, 0x23}, {0x0c, 0x24}, {0x0d, 0x25}, // or, and
            {0x10, 0x18}, {0x11, 0x19}, {0x12, 0x1a}, {0x13, 0x1b}, {0x14, 0x1c}, {0x15, 0x1d}, // adc, sbb
            {0x31, 0x21}, {0x33, 0x23}};                                                        // xor to and
        static constexpr Swap TWO_BYTE[] = {{0xb6, 0xbe}, {0xb7, 0xbf}}; // movzx, movsx
        if (one_byte() && i_.z.opcode >= 0x40 && i_.z.opcode < 0x50)
            return add_byte("operation-swapped", at, i_.z.opcode ^ 0x08); // inc, dec
        if (one_byte())
            if (const auto other = swapped(ONE_BYTE, i_.z.opcode)) add_byte("operation-swapped", at, *other);
        if (two_byte())
            if (const auto other = swapped(TWO_BYTE, i_.z.opcode)) add_byte("operation-swapped", at, *other);
        if (!(i_.z.attributes & ZYDIS_ATTRIB_HAS_MODRM)) return;
        static constexpr Swap ARITHMETIC[] = {
            {0, 5}, {1, 4}, {2, 3}, {6, 1}};               // add sub, or and, adc sbb, xor
        static constexpr Swap SHIFTS[] = {{4, 5}, {7, 5}}; // shl shr, sar
        static constexpr Swap STEPS[] = {{0, 1}};          // inc dec
        const u8 opcode = i_.z.opcode, reg = i_.z.raw.modrm.reg;
        std::optional<u8> other;
        if (one_byte() && opcode >= 0x80 && opcode <= 0x83) other = swapped(ARITHMETIC, reg);
        if (one_byte() && (opcode == 0xc0 || opcode == 0xc1 || (opcode >= 0xd0 && opcode <= 0xd3)))
            other = swapped(SHIFTS, reg);
        if (one_byte() && (opcode == 0xfe || opcode == 0xff) && reg < 2) other = swapped(STEPS, reg);
        if (other)
            add_byte("operation-swapped", i_.z.raw.modrm.offset,
                     static_cast<u8>((bytes_[i_.z.raw.modrm.offset] & ~0x38) | *other << 3));
    }

    /// Another register in place of one that the instruction names, never esp or ebp.
    void registers() {
        if (!(i_.z.attributes & ZYDIS_ATTRIB_HAS_MODRM)) return;
        const std::size_t at = i_.z.raw.modrm.offset;
        const u8 modrm = bytes_[at], reg = i_.z.raw.modrm.reg, rm = i_.z.raw.modrm.rm;
        bool names_reg = false; // ModRM.reg may be part of the opcode
        for (unsigned n = 0; n < i_.explicit_operands(); n++)
            names_reg = names_reg || i_.operands[n].encoding == ZYDIS_OPERAND_ENCODING_MODRM_REG;
        if (names_reg && i_.z.meta.category != ZYDIS_CATEGORY_SYSTEM && reg != ESP && reg != EBP)
            add_byte("register-changed", at, static_cast<u8>(modrm ^ 0x08));
        if (rm != ESP && rm != EBP) add_byte("register-changed-rm", at, static_cast<u8>(modrm ^ 0x01));
    }

    const Instruction& i_;
    const Image& image_;
    std::vector<u8> bytes_;
    std::vector<Mutation> found_;
};

std::vector<u8> bytes_at(const Image& image, u32 address) {
    std::vector<u8> bytes(4);
    image.read(address, bytes);
    return bytes;
}

} // namespace

bool is_padding(const Instruction& i) {
    const ZydisDecodedOperand &to = i.operands[0], &from = i.operands[1];
    if (i.z.mnemonic == ZYDIS_MNEMONIC_LEA)
        return from.mem.base == to.reg.value && from.mem.index == ZYDIS_REGISTER_NONE &&
               from.mem.disp.value == 0;
    if (i.z.mnemonic == ZYDIS_MNEMONIC_MOV || i.z.mnemonic == ZYDIS_MNEMONIC_XCHG)
        return to.type == ZYDIS_OPERAND_TYPE_REGISTER && from.type == ZYDIS_OPERAND_TYPE_REGISTER &&
               to.reg.value == from.reg.value;
    return i.z.mnemonic == ZYDIS_MNEMONIC_NOP;
}

std::vector<Mutation> mutations_of(const Instruction& instruction, const Image& image) {
    return Mutator(instruction, image).all();
}

std::vector<Mutation> mutations_of_step_table(const Image& image, const Layouts& layouts) {
    const u32 table = image.symbol("steps"), size = layouts.size_of("Step");
    const u32 rows = layouts.size_of(layouts.type_of_variable("steps")) / size;
    std::vector<Mutation> all;
    for (u32 row = 0; row + 1 < rows; row++)
        for (const std::string column : {"acquire", "release"}) {
            const u32 a = table + row * size + layouts.field("Step", column).offset, b = a + size;
            if (image.word(a) == image.word(b)) continue;
            all.push_back(
                {column + "s-swapped",
                 fmt::format("{} <-> {}", image.name_of(image.word(a)), image.name_of(image.word(b))),
                 a,
                 {{a, bytes_at(image, b)}, {b, bytes_at(image, a)}},
                 fmt::format("steps[{}]/{}s-swapped", row, column),
                 "kernel/fork/copy_process.cpp"});
        }
    return all;
}

Image apply(const Mutation& mutation, const Image& image) {
    Image mutant = image;
    for (const Change& change : mutation.changes) mutant.patch(change.address, change.bytes);
    return mutant;
}

} // namespace forkproof::proofs::mutants
