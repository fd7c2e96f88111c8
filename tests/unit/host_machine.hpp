// What the kernel's memory management stands on when it runs on the host: sixteen megabytes at the address
// where the kernel sees all physical memory, and a panic that is thrown.
#pragma once
#include <stdexcept>
#include <string>

#include "kernel/arch/boot_info.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof::tests {

/// Thrown by the kernel's panic() in the tests: what it said.
struct KernelPanic : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline constexpr u32 MACHINE_BYTES = 16 << 20;
inline constexpr u32 IMAGE_END = 0x150000; ///< where the pretended kernel and initrd end

/// A map as Bochs's BIOS gives it: 639 KB, a hole, the rest, and something reserved at the top of 4 GB.
BootInfo pretended_boot_info();

/// Maps the memory and gives it to the frame allocator, once in the life of this program.
void start_machine();

} // namespace forkproof::tests
