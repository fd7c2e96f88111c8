#include "proofs/validate/site.hpp"
#include <algorithm>
#include <cstring>
#include <iterator>

namespace forkproof::proofs {

using namespace native;

std::uint64_t Random::next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

std::uint32_t Random::interesting() {
    static constexpr std::uint32_t corners[] = {
        0,      1,      2,          31,         32,         33,         0x7f,
        0x80,   0xff,   0x100,      0x7fff,     0x8000,     0xffff,     0x10000,
        0xff00, 0xff80, 0x7fffffff, 0x80000000, 0xffffff80, 0xfffffffe, 0xffffffff};
    switch (below(4)) {
    case 0: return corners[below(std::size(corners))];
    case 1: return 1U << below(32);
    case 2: return below(64);
    default: return static_cast<std::uint32_t>(next());
    }
}

namespace {

constexpr int EAX = 0, ECX = 1, EDX = 2, ESP = 4, EBP = 5;
/// Addresses are chosen in the middle of the window, so that what lies a little above and below is there as
/// well.
constexpr std::uint32_t MARGIN = 256;
constexpr std::uint32_t ABSOLUTE_AT = WINDOW_AT + WINDOW_BYTES / 2 + 7;

bool in_memory(const ZydisDecodedOperand& o) {
    return o.type == ZYDIS_OPERAND_TYPE_MEMORY && o.mem.type == ZYDIS_MEMOP_TYPE_MEM;
}
int number_of(ZydisRegister r) { return r == ZYDIS_REGISTER_NONE ? -1 : r - ZYDIS_REGISTER_EAX; }

void put_number(Bytes& code, unsigned offset, unsigned bits, std::uint64_t number) {
    for (unsigned n = 0; n < bits / 8; n++) code[offset + n] = static_cast<std::uint8_t>(number >> (8 * n));
}

unsigned memory_operands(const Instruction& i) {
    unsigned count = 0;
    for (unsigned n = 0; n < i.z.operand_count; n++) count += in_memory(i.operands[n]);
    return count;
}

std::uint32_t address_of(const ZydisDecodedOperand& o, const Case& input) {
    const int base = number_of(o.mem.base), index = number_of(o.mem.index);
    auto sum = static_cast<std::uint32_t>(o.mem.disp.value);
    if (base >= 0) sum += input.registers[base];
    if (index >= 0) sum += input.registers[index] * o.mem.scale;
    return sum;
}

/// Sets the base, or the index, such that the operand lies at this address, or a few bytes before it.
void aim(const ZydisDecodedOperand& o, std::uint32_t at, Case& input) {
    const int base = number_of(o.mem.base), index = number_of(o.mem.index);
    at -= static_cast<std::uint32_t>(o.mem.disp.value);
    if (base >= 0 && base == index)
        input.registers[base] = at / (1U + o.mem.scale);
    else if (base >= 0)
        input.registers[base] = at - (index >= 0 ? input.registers[index] * o.mem.scale : 0);
    else if (index >= 0)
        input.registers[index] = at / o.mem.scale;
}

void put_word(std::uint32_t at, std::uint32_t word, Case& input) {
    if (at - WINDOW_AT <= WINDOW_BYTES - sizeof word)
        std::memcpy(input.window + (at - WINDOW_AT), &word, sizeof word);
}

/// Not every division shall overflow.
void tame_division(Random& random, Case& input) {
    if (random.once_in(2)) input.registers[EDX] = random.below(4);
    if (random.once_in(3)) input.registers[EDX] = input.registers[EAX] >> 31 ? 0xffffffff : 0;
}

/// An image that fxrstor takes: no unmasked exceptions, no reserved bits.
void put_fpu_image(std::uint32_t at, Case& input) {
    put_word(at, 0x037f, input);
    put_word(at + 4, 0, input);
    put_word(at + 24, 0x1f80, input);
}

} // namespace

bool Site::jumps_to_operand() const {
    const auto category = instruction.z.meta.category;
    return (category == ZYDIS_CATEGORY_CALL || category == ZYDIS_CATEGORY_UNCOND_BR) &&
           !instruction.relative();
}

Site site_of(const Bytes& encoding, bool vary, Random& random) {
    Bytes code = encoding;
    const Instruction i = decoded(code, CODE_AT);
    if (i.length < code.size())
        return {code, decoded(Bytes(code.begin() + i.length, code.end()), i.next()), i};
    const auto& raw = i.z.raw;
    if (i.relative()) {
        put_number(code, raw.imm[0].offset, raw.imm[0].size, TAKEN_AT - i.next());
    } else if (vary && raw.imm[0].size && !raw.imm[0].is_relative) {
        put_number(code, raw.imm[0].offset, raw.imm[0].size, random.interesting());
    }
    for (unsigned n = 0; n < i.z.operand_count; n++) {
        const auto& o = i.operands[n];
        if (!in_memory(o) || raw.disp.size != 32) continue;
        const bool fixed = o.mem.base == ZYDIS_REGISTER_NONE && o.mem.index == ZYDIS_REGISTER_NONE;
        if (fixed)
            put_number(code, raw.disp.offset, 32, ABSOLUTE_AT);
        else if (memory_operands(i) > 1)
            put_number(code, raw.disp.offset, 32, random.below(MARGIN / 2));
    }
    return {code, decoded(code, CODE_AT), {}};
}

void make_input(const Site& site, Random& random, Case& input) {
    const Instruction& i = site.instruction;
    for (auto& r : input.registers) r = random.interesting();
    if (random.once_in(4)) input.registers[random.below(8)] = input.registers[random.below(8)];
    for (unsigned n = 0; n < WINDOW_BYTES; n += 8) {
        const auto bytes = random.next();
        std::memcpy(input.window + n, &bytes, sizeof bytes);
    }
    constexpr std::uint32_t ALWAYS_ONE_AND_IF = 0x202;
    input.eflags = (static_cast<std::uint32_t>(random.next()) & COMPARED_FLAGS) | ALWAYS_ONE_AND_IF;
    if (i.z.mnemonic == ZYDIS_MNEMONIC_DIV || i.z.mnemonic == ZYDIS_MNEMONIC_IDIV)
        tame_division(random, input);
    if (i.repeated()) input.registers[ECX] = random.below(24);
    if (i.z.mnemonic == ZYDIS_MNEMONIC_LEAVE)
        input.registers[EBP] = WINDOW_AT + MARGIN + random.below(WINDOW_BYTES - 2 * MARGIN);
    for (unsigned n = 0; n < i.z.operand_count; n++) {
        const auto& o = i.operands[n];
        if (!in_memory(o)) continue;
        const unsigned bytes = o.size / 8U;
        const bool large = bytes > MARGIN;
        auto at = WINDOW_AT + (large ? 0 : MARGIN) + random.below(WINDOW_BYTES - 2 * MARGIN);
        if (large) at &= ~15U; // fxsave
        aim(o, at, input);
        if (random.once_in(2)) put_word(address_of(o, input), random.interesting(), input);
        if (i.z.mnemonic == ZYDIS_MNEMONIC_FXRSTOR) put_fpu_image(at, input);
    }
    if (i.z.meta.category == ZYDIS_CATEGORY_RET) put_word(input.registers[ESP], TAKEN_AT, input);
    if (!site.jumps_to_operand()) return;
    const auto& target = i.operands[0];
    if (in_memory(target))
        put_word(address_of(target, input), TAKEN_AT, input);
    else
        input.registers[number_of(target.reg.value)] = TAKEN_AT;
}

} // namespace forkproof::proofs
