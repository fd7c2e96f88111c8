// proofs/validate compares with what the processor did; these are tests of the comparison itself.
#include "proofs/validate/check.hpp"
#include "proofs/validate/symbolic.hpp"
#include <cstring>
#include <gtest/gtest.h>

namespace forkproof::proofs {
namespace {

using namespace native;

constexpr std::uint16_t SELECTORS[6] = {0x2b, 0x23, 0x2b, 0x2b, 0, 0x63};

/// A site, an input, and what becomes of it by `execute`: the processor's part is played by numbers.
struct Played {
    explicit Played(const Bytes& encoding) : random(1), site(site_of(encoding, false, random)) {
        make_input(site, random, before);
        after = before;
        after.arrived = Arrived::at_next;
    }
    [[nodiscard]] std::optional<std::string> compare() {
        const auto window = std::make_shared<Window>(z3);
        const Outcome outcome = execute_numbers(z3, window, site, SELECTORS, before);
        const auto same = [](const Word& w) { return w; };
        return difference(outcome, same, before, after, arrived_at(site, after));
    }

    z3::context z3;
    Random random;
    Site site;
    Case before{}, after{};
};

struct Stored : Played {
    Stored() : Played({0x89, 0x45, 0x08}) { // mov [ebp+8], eax
        std::memcpy(after.window + (before.registers[5] + 8 - WINDOW_AT), &before.registers[0], 4);
    }
};

TEST(Validate, WhatAgreesHasNoDifference) { EXPECT_FALSE(Stored().compare()); }

TEST(Validate, EachRegisterFlagAndByteThatDiffersIsSeen) {
    for (unsigned r = 0; r < 8; r++) {
        Stored p;
        p.after.registers[r] ^= 0x10000;
        EXPECT_TRUE(p.compare()) << "register " << r;
    }
    for (const auto& [flag, position] : FLAG_BITS) {
        Stored p;
        p.after.eflags ^= 1U << position;
        EXPECT_TRUE(p.compare()) << "bit " << position;
    }
    for (unsigned byte = 0; byte < WINDOW_BYTES; byte++) {
        Stored p;
        p.after.window[byte] ^= 0x80;
        EXPECT_TRUE(p.compare()) << "byte " << byte;
    }
}

TEST(Validate, FaultsSpillsAndOtherTargetsAreSeen) {
    Stored fault, spill, jump;
    fault.after.signal = 11;
    EXPECT_TRUE(fault.compare());
    spill.after.spilled = 1;
    EXPECT_TRUE(spill.compare());
    jump.after.arrived = Arrived::at_taken;
    EXPECT_TRUE(jump.compare());
    Played trap({0x0f, 0x0b}); // ud2
    EXPECT_TRUE(trap.compare()) << "execute faults, and the processor is said not to";
    trap.after.signal = 4;
    EXPECT_FALSE(trap.compare());
}

TEST(Validate, AnUndefinedFlagMayBeAnything) {
    Played p({0x21, 0xd8}); // and eax, ebx: AF is undefined
    p.after.registers[0] &= p.before.registers[3];
    const auto result = p.after.registers[0];
    p.after.eflags &= ~0x8d5U;
    p.after.eflags |= (result == 0) << 6 | result >> 31 << 7 | !__builtin_parity(result & 0xff) << 2;
    EXPECT_FALSE(p.compare());
    p.after.eflags ^= 0x10;
    EXPECT_FALSE(p.compare());
    p.after.eflags ^= 0x01;
    EXPECT_TRUE(p.compare());
}

TEST(Validate, OnlyUnknownsMayBeAnything) {
    z3::context z3;
    const Word x(z3.bv_const("x", 16));
    EXPECT_TRUE(may_be(x, 0x1234));
    EXPECT_TRUE(may_be(concat(x, Word(16, 0x23)), 0x99990023));
    EXPECT_FALSE(may_be(concat(x, Word(16, 0x23)), 0x99990024));
    EXPECT_FALSE(may_be(x + Word(16, 1), 0x1234));
    EXPECT_FALSE(may_be(Word(16, 1), 2));
}

TEST(Validate, InputsMakeInstructionsWorkInTheWindow) {
    const Bytes encodings[] = {
        {0x8b, 0x44, 0x8b, 0x10},                   // mov eax, [ebx+ecx*4+16]
        {0x8b, 0x04, 0x00},                         // mov eax, [eax+eax]
        {0x8b, 0x04, 0x85, 0x34, 0x12, 0x00, 0xc0}, // mov eax, [eax*4+0xc0001234]
        {0xa1, 0x34, 0x12, 0x00, 0xc0},             // mov eax, [0xc0001234]
        {0xff, 0x74, 0x24, 0x08},                   // push dword [esp+8]
        {0xff, 0x55, 0x08},                         // call [ebp+8]
        {0xf3, 0xa5},                               // rep movsd
        {0xc9},                                     // leave
        {0xc2, 0x04, 0x00},                         // ret 4
    };
    for (const auto& encoding : encodings) {
        Played p(encoding);
        const auto window = std::make_shared<Window>(p.z3);
        for (int n = 0; n < 200; n++) {
            make_input(p.site, p.random, p.before);
            const auto outcome = execute_numbers(p.z3, window, p.site, SELECTORS, p.before);
            EXPECT_FALSE(outcome.violation)
                << hex(encoding) << " on " << describe(p.before) << ": " << *outcome.violation;
        }
    }
}

TEST(Validate, TheSolverMakesInputsForBothWays) {
    Played p({0x0f, 0x42, 0xc3}); // cmovb eax, ebx
    const SymbolicRun run(p.z3, p.site, SELECTORS, p.before);
    bool with_carry = false, without = false;
    for (const auto& input : run.inputs_for_each_decision()) (input.eflags & 1 ? with_carry : without) = true;
    EXPECT_TRUE(with_carry && without);
    p.after = p.before;
    p.after.arrived = Arrived::at_next;
    if (p.before.eflags & 1) p.after.registers[0] = p.before.registers[3];
    EXPECT_FALSE(run.difference_to(p.after));
    p.after.registers[0]++;
    EXPECT_TRUE(run.difference_to(p.after));
}

TEST(Validate, PrivilegedFormsAreBochsOnes) {
    EXPECT_TRUE(privileged(decoded({0xfa}, CODE_AT)));             // cli
    EXPECT_TRUE(privileged(decoded({0x8e, 0xd8}, CODE_AT)));       // mov ds, ax
    EXPECT_TRUE(privileged(decoded({0x1f}, CODE_AT)));             // pop ds
    EXPECT_TRUE(privileged(decoded({0x0f, 0x20, 0xc0}, CODE_AT))); // mov eax, cr0
    EXPECT_TRUE(privileged(decoded({0xcf}, CODE_AT)));             // iretd
    EXPECT_FALSE(privileged(decoded({0x1e}, CODE_AT)));            // push ds
    EXPECT_FALSE(privileged(decoded({0x8c, 0xe8}, CODE_AT)));      // mov eax, gs
}

TEST(Validate, AMissingProcessorProgramIsSaid) {
    EXPECT_THROW(Processor("/nowhere/processor"), NoProcessor);
    EXPECT_THROW(Processor("/bin/true"), NoProcessor) << "ends at once";
}

} // namespace
} // namespace forkproof::proofs
