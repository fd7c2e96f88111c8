#include "proofs/validate/privileged_inputs.hpp"
#include <algorithm>
#include <cstring>
#include <iterator>

namespace forkproof::proofs {

using namespace native;

namespace {

constexpr int ECX = 1, EDX = 2, ESP = 4;
constexpr std::uint32_t MAGIC = 0x50524956;
constexpr std::uint32_t ALWAYS_ONE = 0x2, INTERRUPTS = 0x200;
/// What a frame or popfd may have beside the flags that are compared: IF, IOPL, AC, ID. Not TF, NT, RF, VM.
constexpr std::uint32_t OTHER_FLAGS = 0x243200;
/// Ports at which writing and reading does no harm: the BIOS's diagnostic ones.
constexpr std::uint8_t QUIET_PORTS[] = {0x80, 0x84, 0xed};
/// Bits of cr0 that may be switched for the length of an instruction: MP, EM, TS, ET, NE, WP; PE and PG stay.
constexpr std::uint32_t CR0_STAYS = 0x80000001, CR0_VARIES = 0x1003e;
/// PSE stays; DE, PGE, OSFXSR.
constexpr std::uint32_t CR4_STAYS = 0x10, CR4_VARIES = 0x288;
/// The loader's page directory (boot/layout.inc), with PWT and PCD.
constexpr std::uint32_t CR3_STAYS = 0x20000, CR3_VARIES = 0x18;

std::uint32_t low_half(std::uint32_t low, Random& random) {
    return low | (static_cast<std::uint32_t>(random.next()) & 0xffff0000);
}

template <std::size_t N>
std::uint16_t one_of(const std::uint16_t (&all)[N], Random& random) {
    return all[random.below(N)];
}
std::uint16_t user_selector(Random& random) {
    static constexpr std::uint16_t all[] = {BOCHS_USER_DS, BOCHS_USER_DS_2, BOCHS_USER_DS_3};
    return one_of(all, random);
}
std::uint16_t any_selector(Random& random) {
    static constexpr std::uint16_t all[] = {BOCHS_USER_DS,   BOCHS_USER_DS_2,   BOCHS_USER_DS_3,
                                            BOCHS_KERNEL_DS, BOCHS_KERNEL_DS_2, 0};
    return one_of(all, random);
}

std::uint32_t some_flags(Random& random) {
    return (static_cast<std::uint32_t>(random.next()) & (COMPARED_FLAGS | OTHER_FLAGS)) | ALWAYS_ONE;
}

void put_word(std::uint32_t at, std::uint32_t word, Case& input) {
    std::memcpy(input.window + (at - WINDOW_AT), &word, sizeof word);
}

void make_frame(Random& random, Case& input) {
    const auto esp = input.registers[ESP];
    const bool to_user = random.once_in(2);
    put_word(esp, to_user ? RING_3_AT + 2 * random.below(RING_3_INTS) : TAKEN_AT, input);
    put_word(esp + 4, low_half(to_user ? BOCHS_USER_CS : BOCHS_KERNEL_CS, random), input);
    put_word(esp + 8, some_flags(random), input);
    put_word(esp + 12, random.interesting(), input);
    put_word(esp + 16, low_half(user_selector(random), random), input);
}

std::uint32_t control_value(ZydisRegister r, Random& random) {
    const auto any = static_cast<std::uint32_t>(random.next());
    if (r == ZYDIS_REGISTER_CR0) return CR0_STAYS | (any & CR0_VARIES);
    if (r == ZYDIS_REGISTER_CR3) return CR3_STAYS | (any & CR3_VARIES);
    return CR4_STAYS | (any & CR4_VARIES);
}

/// mov to a segment or control register: the source register has what it takes.
void make_source(const Instruction& i, Random& random, Case& input) {
    const auto& to = i.operands[0];
    const auto& from = i.operands[1];
    if (to.type != ZYDIS_OPERAND_TYPE_REGISTER || from.type != ZYDIS_OPERAND_TYPE_REGISTER) return;
    const auto kind = ZydisRegisterGetClass(to.reg.value);
    auto& source = input.registers[ZydisRegisterGetId(from.reg.value)];
    if (kind == ZYDIS_REGCLASS_CONTROL) {
        source = control_value(to.reg.value, random);
    } else if (to.reg.value == ZYDIS_REGISTER_SS) {
        source = low_half(random.once_in(2) ? BOCHS_KERNEL_DS : BOCHS_KERNEL_DS_2, random);
    } else if (kind == ZYDIS_REGCLASS_SEGMENT) {
        source = low_half(any_selector(random), random);
    }
}

void use_quiet_port(Site& site, Random& random, Case& input) {
    const auto& imm = site.instruction.z.raw.imm[0];
    const auto port = QUIET_PORTS[random.below(std::size(QUIET_PORTS))];
    input.registers[EDX] = low_half(port, random);
    if (!imm.size) return;
    site.code[imm.offset] = port;
    site.instruction = decoded(site.code, CODE_AT);
}

} // namespace

PrivilegedTable table_for(std::uint32_t cases) {
    PrivilegedTable table{MAGIC, cases, {}};
    Random random(MAGIC);
    for (auto& byte : table.pattern) byte = static_cast<std::uint8_t>(random.next());
    return table;
}

PrivilegedInput make_privileged_input(const Bytes& encoding, const PrivilegedTable& table, Random& random) {
    PrivilegedInput made{site_of(encoding, false, random), {}, {}};
    Case& input = made.input;
    make_input(made.site, random, input);
    std::copy(std::begin(table.pattern), std::end(table.pattern), input.window);
    input.eflags = (static_cast<std::uint32_t>(random.next()) & (COMPARED_FLAGS | INTERRUPTS)) | ALWAYS_ONE;
    for (auto& selector : made.selectors) selector = user_selector(random);
    made.selectors[static_cast<int>(Seg::cs)] = BOCHS_KERNEL_CS;
    made.selectors[static_cast<int>(Seg::ss)] = BOCHS_KERNEL_DS;
    const Instruction& i = made.site.instruction;
    switch (i.z.mnemonic) {
    case ZYDIS_MNEMONIC_IN:
    case ZYDIS_MNEMONIC_OUT:
    case ZYDIS_MNEMONIC_OUTSB: use_quiet_port(made.site, random, input); break;
    case ZYDIS_MNEMONIC_IRETD: make_frame(random, input); break;
    case ZYDIS_MNEMONIC_POPFD: put_word(input.registers[ESP], some_flags(random), input); break;
    case ZYDIS_MNEMONIC_POP:
        put_word(input.registers[ESP], low_half(any_selector(random), random), input);
        break;
    case ZYDIS_MNEMONIC_MOV: make_source(i, random, input); break;
    default: break;
    }
    return made;
}

PrivilegedCase for_bochs(const PrivilegedInput& made) {
    PrivilegedCase c{};
    const Case& input = made.input;
    std::copy(std::begin(input.registers), std::end(input.registers), c.registers);
    std::copy(std::begin(made.selectors), std::end(made.selectors), c.selectors);
    c.eflags = input.eflags;
    constexpr std::uint32_t BELOW_ESP = 24;
    const auto below = input.registers[ESP] - BELOW_ESP;
    c.chunk_at = below - WINDOW_AT < WINDOW_BYTES - CHUNK_BYTES ? below : WINDOW_AT;
    std::memcpy(c.chunk, input.window + (c.chunk_at - WINDOW_AT), CHUNK_BYTES);
    c.code_bytes = static_cast<std::uint32_t>(made.site.code.size());
    std::copy(made.site.code.begin(), made.site.code.end(), c.code);
    return c;
}

Case after_bochs(const PrivilegedInput& before, const PrivilegedCase& after) {
    Case c = before.input;
    std::copy(std::begin(after.registers), std::end(after.registers), c.registers);
    c.eflags = after.eflags;
    c.signal = after.vector;
    c.spilled = after.spilled;
    c.arrived = after.ip ? Arrived::at_taken : Arrived::at_next;
    std::memcpy(c.window + (after.chunk_at - WINDOW_AT), after.chunk, CHUNK_BYTES);
    return c;
}

} // namespace forkproof::proofs
