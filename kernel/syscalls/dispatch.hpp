// kernel/syscalls/ is the thin layer between ring 3's registers and the kernel's functions: the table of
// calls by Linux's i386 numbers, and the calls themselves, a file a subject.
#pragma once
#include "kernel/arch/pt_regs.hpp"

namespace forkproof {

/// A system call: arguments in bx, cx, dx, si, di, bp; returns a value or -errno.
using SystemCall = i32 (*)(PtRegs&);

inline constexpr u32 NR_SYSCALLS = 440; ///< one more than the highest number in the table

} // namespace forkproof
