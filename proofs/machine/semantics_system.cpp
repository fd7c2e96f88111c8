// Flags that instructions set alone, and what has to do with the machine around the processor: of that only
// what the processor's registers and memory see is modelled.
#include "proofs/machine/semantics_parts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

template <Flag flag, bool value>
void flag_is(State& s, const Instruction&) {
    s.flags.set(flag, value);
}
void cmc(State& s, const Instruction&) { s.flags.set(Flag::cf, !s.flags.get(Flag::cf)); }

/// Translations of the kernel's own addresses never change; devices answer anything.
void no_effect(State&, const Instruction&) {}

/// Only noted, for theorems that ask whether a translation is forgotten: which page it is must be known.
void invlpg(State& s, const Instruction& i) {
    constexpr std::uint32_t IN_PAGE = 0xfff;
    const auto page = s.address(effective_address(s, i, i.operands[0]) & word32(~IN_PAGE));
    s.note(Event::Kind::note, i.address, 0, fmt::format("invlpg {:#x}", page));
}

void in(State& s, const Instruction& i) {
    const OperandPlace to = place(s, i, 0);
    to.write(s, s.unknown("a port's answer", to.width));
}

constexpr const char *TIME_STAMP = "the time stamp", *UPPER_HALF = "the time stamp's upper half";

void rdtsc(State& s, const Instruction&) {
    s.set(Reg::eax, s.unknown(TIME_STAMP, 32));
    s.set(Reg::edx, s.unknown(UPPER_HALF, 32));
}

void cpuid(State& s, const Instruction&) {
    for (const auto r : {Reg::eax, Reg::ebx, Reg::ecx, Reg::edx}) s.set(r, s.unknown("cpuid", 32));
}

/// The FPU's state is anything: 512 bytes.
void fxsave(State& s, const Instruction& i) {
    constexpr std::uint32_t BYTES = 512;
    const auto to = s.address(effective_address(s, i, i.operands[0]));
    for (std::uint32_t n = 0; n < BYTES; n += 4) (void)s.load(word32(to + n), 4);
    for (std::uint32_t n = 0; n < BYTES; n += 4) s.store(word32(to + n), s.unknown("the FPU's state", 32));
}
void fxrstor(State& s, const Instruction& i) { (void)s.load(effective_address(s, i, i.operands[0]), 4); }

} // namespace

Truth is_time_stamp(const State& s, const Word& value) {
    Truth any = false;
    for (unsigned n = 0; n + 1 < s.names; n++) {
        const Backing& backing = s.memory.backing();
        const Word stamp = concat(backing.any(fmt::format("{} #{}", UPPER_HALF, n + 1), 32),
                                  backing.any(fmt::format("{} #{}", TIME_STAMP, n), 32));
        if (value.same(stamp)) return true;
        any = any || eq(value, stamp);
    }
    return any;
}

std::span<const SemanticsEntry> semantics_of_system() {
    static constexpr SemanticsEntry all[] = {
        {ZYDIS_MNEMONIC_CLD, flag_is<Flag::df, false>},
        {ZYDIS_MNEMONIC_STD, flag_is<Flag::df, true>},
        {ZYDIS_MNEMONIC_CLC, flag_is<Flag::cf, false>},
        {ZYDIS_MNEMONIC_STC, flag_is<Flag::cf, true>},
        {ZYDIS_MNEMONIC_CMC, cmc},
        {ZYDIS_MNEMONIC_CLI, flag_is<Flag::interrupt, false>},
        {ZYDIS_MNEMONIC_STI, flag_is<Flag::interrupt, true>},
        {ZYDIS_MNEMONIC_CLTS, no_effect},
        {ZYDIS_MNEMONIC_INVLPG, invlpg},
        {ZYDIS_MNEMONIC_OUT, no_effect},
        {ZYDIS_MNEMONIC_IN, in},
        {ZYDIS_MNEMONIC_RDTSC, rdtsc},
        {ZYDIS_MNEMONIC_CPUID, cpuid},
        {ZYDIS_MNEMONIC_FXSAVE, fxsave},
        {ZYDIS_MNEMONIC_FXRSTOR, fxrstor},
    };
    return all;
}

} // namespace forkproof::proofs
