// kernel/syscalls/ is the thin layer between ring 3's registers and the kernel's functions: the table of
// calls by Linux's i386 numbers, and the calls themselves, a file a subject.
#pragma once
#include "kernel/arch/pt_regs.hpp"

namespace forkproof {

/// A system call: arguments in bx, cx, dx, si, di, bp; returns a value or -errno.
using SystemCall = i32 (*)(PtRegs&);

inline constexpr u32 NR_SYSCALLS = 440; ///< one more than the highest number in the table

/// How often each call that the kernel lacks was made, for the report at the end.
struct MissingCall {
    u32 number, times;
};
inline constexpr u32 MISSING_CALLS_KEPT = 16;
[[nodiscard]] const MissingCall* missing_calls();
/// All calls since boot.
[[nodiscard]] u64 calls_made();

} // namespace forkproof
