// The registers of ring 3 as entry.asm leaves them on the kernel stack: the listing's struct pt_regs, which
// is also what a program, a tracer and the prover know them by.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct PtRegs {
    u32 bx, cx, dx, si, di, bp, ax;
    u32 ds, es, fs, gs;
    u32 orig_ax; ///< the call's number, or -1 outside a system call (then nothing is restarted)
    u32 ip, cs, flags;
    u32 sp, ss; ///< present only if the trap came from ring 3
};
static_assert(sizeof(PtRegs) == 17 * 4 && offsetof(PtRegs, ds) == 28 && offsetof(PtRegs, orig_ax) == 44 &&
              offsetof(PtRegs, cs) == 52); // as in kernel/arch/layout.inc

/// Whether the registers are ring 3's (linux-2.6.33 user_mode): the privilege level in cs.
inline bool user_mode(const PtRegs& r) { return (r.cs & 3) == 3; }

} // namespace forkproof
