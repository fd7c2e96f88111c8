// What proofs/validate and tests/native/privileged.asm share: the table of cases that Bochs executes.
#pragma once
#include "tests/native/processor.hpp"

namespace forkproof::native {

inline constexpr std::uint32_t CHUNK_BYTES = 64;
/// A row of int 0x80, each of which ring 3 may return to.
inline constexpr std::uint32_t RING_3_AT = CODE_AT + 0x800, RING_3_INTS = 256;

/// Selectors of flat segments there, and those of the kernel (kernel/arch/traps.hpp).
inline constexpr std::uint16_t BOCHS_KERNEL_CS = 0x08, BOCHS_KERNEL_DS = 0x10, BOCHS_USER_CS = 0x1b,
                               BOCHS_USER_DS = 0x23, BOCHS_USER_DS_2 = 0x33, BOCHS_USER_DS_3 = 0x3b,
                               BOCHS_KERNEL_DS_2 = 0x40;

struct PrivilegedCase {
    std::uint32_t registers[8];
    std::uint32_t eflags;
    std::uint32_t selectors[6]; ///< es, cs, ss, ds, fs, gs; in: not of cs and ss
    std::uint32_t ip;           ///< out: where it went, or 0: the next instruction
    std::uint32_t vector;       ///< out: 1 more than that of an exception, or 0
    std::uint32_t spilled;      ///< out: whether the window has changed outside the chunk
    std::uint32_t chunk_at;     ///< where the chunk lies in the window
    std::uint32_t code_bytes;
    std::uint8_t code[16];
    std::uint8_t chunk[CHUNK_BYTES];
};

struct PrivilegedTable {
    std::uint32_t magic;
    std::uint32_t count;
    std::uint8_t pattern[WINDOW_BYTES]; ///< what the window holds outside of the chunk
};
static_assert(sizeof(PrivilegedCase) == 20 * 4 + 16 + CHUNK_BYTES &&
              sizeof(PrivilegedTable) == 8 + WINDOW_BYTES);

/// Where the boot loader puts the table: on the first page behind the program.
inline constexpr std::uint32_t TABLE_AT = 0xc0110000;

} // namespace forkproof::native
