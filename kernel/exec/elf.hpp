// kernel/exec/ turns a file into a running program: the ELF parser (which the host's runner uses too, to
// refuse a file before the machine is booted) and execve.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

inline constexpr u32 ELF_MAX_LOADS = 16;   ///< most PT_LOAD segments
inline constexpr u32 ELF_MAX_HEADERS = 64; ///< most program headers

// Segment flags (ELF specification, "Segment Permissions").
inline constexpr u32 PF_X = 1, PF_W = 2, PF_R = 4;

/// A run of memory that the file asks for: `filesz` bytes of the file from `offset`, zeros up to `memsz`.
struct ElfSegment {
    u32 vaddr = 0, memsz = 0;
    u32 offset = 0, filesz = 0;
    u32 flags = 0; ///< PF_R | PF_W | PF_X
};

/// What a static i386 executable asks for. All of it is checked: segments lie in ring 3's half above
/// MMAP_MIN_ADDR, no two touch the same page, each is inside the file, and the entry is in one of them.
struct ElfImage {
    ElfSegment load[ELF_MAX_LOADS];
    u32 loads = 0;
    u32 entry = 0;
    u32 phdr = 0; ///< where the program headers are in memory (AT_PHDR); 0 if no segment holds them
    u32 phnum = 0, phentsize = 0;
};

/// Why a file is not such an executable. People are told `why` and `detail`, as in "it is dynamically linked:
/// it needs /lib/ld-linux.so.2", then what to do about it.
struct ElfError {
    Text why;    ///< empty: there is no error
    Text detail; ///< may be empty
    Text advice; ///< may be empty
};

/// Reads the headers of a file, trusting nothing. False: `error` says why, and the errno is ENOEXEC; `image`
/// means nothing then.
[[nodiscard]] bool parse_elf(Text file, ElfImage& image, ElfError& error);

} // namespace forkproof
