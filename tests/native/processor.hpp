// What proofs/validate (64 bits) and the processor program (32 bits) share: one batch of cases for one
// instruction, in memory that both have mapped.
#pragma once
#include <cstdint>

namespace forkproof::native {

/// Where the instruction stands, and where it goes if it jumps.
inline constexpr std::uint32_t CODE_AT = 0x10000000, TAKEN_AT = CODE_AT + 0x40;
/// A page of its own between pages that do not exist; cases say what the window in its middle holds.
inline constexpr std::uint32_t DATA_AT = 0x20000000, PAGE_BYTES = 4096, WINDOW_BYTES = 1024;
inline constexpr std::uint32_t WINDOW_AT = DATA_AT + (PAGE_BYTES - WINDOW_BYTES) / 2;

enum class Arrived : std::uint32_t { nowhere, at_next, at_taken, at_fault };

/// In: what the instruction starts with. Out: what it leaves.
struct Case {
    std::uint32_t registers[8]; ///< eax, ecx, edx, ebx, esp, ebp, esi, edi
    std::uint32_t eflags;
    Arrived arrived;
    std::uint32_t signal;  ///< of a fault
    std::uint32_t spilled; ///< whether the page has changed outside the window
    std::uint8_t window[WINDOW_BYTES];
};

inline constexpr std::uint32_t MOST_CASES = 2048;

struct Batch {
    std::uint32_t count;
    std::uint32_t code_bytes;
    std::uint8_t code[16];
    std::uint16_t selectors[6]; ///< out: es, cs, ss, ds, fs, gs
    std::uint32_t unused;
    Case cases[MOST_CASES];
};

} // namespace forkproof::native
