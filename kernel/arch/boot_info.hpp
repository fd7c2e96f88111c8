// What the boot loader tells the kernel (written by boot/, which mirrors this layout).
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct E820Entry {
    u64 base, length;
    u32 type; ///< 1 is usable memory (ACPI specification, "Query System Address Map")
    u32 acpi;
};

inline constexpr u32 BOOT_MAGIC = 0x464f524b; // "FORK"
inline constexpr u32 E820_USABLE = 1;

struct BootInfo {
    u32 magic, size;
    u32 e820_count, reserved;
    E820Entry e820[32];
    u32 cmdline;                  ///< physical address, NUL-terminated
    u32 initrd_start, initrd_end; ///< physical, the start is page aligned
    u32 kernel_start, kernel_end; ///< physical, all segments with bss
    u32 image_version;
    u64 tsc_start; ///< rdtsc at 0x7c00
    u64 tsc_disk;  ///< ticks spent in reading and in checksums
};
static_assert(offsetof(BootInfo, e820) == 16 && offsetof(BootInfo, cmdline) == 784);
static_assert(offsetof(BootInfo, tsc_start) == 808 && sizeof(BootInfo) == 824);

} // namespace forkproof
