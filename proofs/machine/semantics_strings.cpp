// movs, stos and outs, alone or repeated ecx times. Counts and pointers must be known, or have few values.
#include "proofs/machine/semantics_parts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t MOST_ELEMENTS = 1U << 20; ///< no object of the kernel has so many bytes

struct Run {
    std::uint32_t count;
    std::uint32_t bytes;  ///< of an element
    std::uint32_t stride; ///< from one element to the next: bytes, or -bytes
};

Run run_of(const State& s, const Instruction& i) {
    if (i.z.address_width != 32) throw no_semantics(i);
    Run run{};
    run.count = i.repeated() ? s.address(s.get(Reg::ecx)) : 1;
    run.bytes = i.z.operand_width / 8U;
    run.stride = s.decide(s.flags.get(Flag::df)) ? 0 - run.bytes : run.bytes;
    if (run.count > MOST_ELEMENTS)
        throw Violation(fmt::format("{} is repeated {} times, beyond any object", text(i), run.count));
    return run;
}

/// Asks for all memory, for a store may divide the path as a load does, and then it would be too late.
void ask_for(const State& s, const Run& run, std::uint32_t start) {
    for (std::uint32_t n = 0; n < run.count; n++) (void)s.load(word32(start + n * run.stride), run.bytes);
}

void finish(State& s, const Instruction& i, const Run& run, Reg pointer) {
    s.set(pointer, word32(s.address(s.get(pointer)) + run.count * run.stride));
    if (i.repeated()) s.set(Reg::ecx, word32(0));
}

void movs(State& s, const Instruction& i) {
    const Run run = run_of(s, i);
    const auto from = s.address(s.get(Reg::esi)), to = s.address(s.get(Reg::edi));
    ask_for(s, run, from);
    ask_for(s, run, to);
    for (std::uint32_t n = 0; n < run.count; n++)
        s.store(word32(to + n * run.stride), s.load(word32(from + n * run.stride), run.bytes));
    finish(s, i, run, Reg::esi);
    finish(s, i, run, Reg::edi);
}

void stos(State& s, const Instruction& i) {
    const Run run = run_of(s, i);
    const auto to = s.address(s.get(Reg::edi));
    ask_for(s, run, to);
    const Word element = s.get_part(Reg::eax, run.bytes * 8, false);
    for (std::uint32_t n = 0; n < run.count; n++) s.store(word32(to + n * run.stride), element);
    finish(s, i, run, Reg::edi);
}

/// What a port is told is not modelled; the bytes must be there.
void outs(State& s, const Instruction& i) {
    const Run run = run_of(s, i);
    ask_for(s, run, s.address(s.get(Reg::esi)));
    finish(s, i, run, Reg::esi);
}

} // namespace

std::span<const SemanticsEntry> semantics_of_strings() {
    static constexpr SemanticsEntry all[] = {{ZYDIS_MNEMONIC_MOVSB, movs}, {ZYDIS_MNEMONIC_MOVSW, movs},
                                             {ZYDIS_MNEMONIC_MOVSD, movs}, {ZYDIS_MNEMONIC_STOSB, stos},
                                             {ZYDIS_MNEMONIC_STOSW, stos}, {ZYDIS_MNEMONIC_STOSD, stos},
                                             {ZYDIS_MNEMONIC_OUTSB, outs}};
    return all;
}

} // namespace forkproof::proofs
