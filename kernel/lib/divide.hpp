// Division of 64-bit numbers. On i386 g++ calls a function of libgcc for it, which a freestanding kernel does
// not have; the processor's own instruction divides 64 by 32 bits, so two of them do it.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

/// Divides `n` by `divisor` (not 0) in place; returns the remainder.
inline u32 divide(u64& n, u32 divisor) {
    const u32 high = static_cast<u32>(n >> 32);
    u32 low = static_cast<u32>(n), remainder = high % divisor;
    asm("divl %2" : "+a"(low), "+d"(remainder) : "rm"(divisor) : "cc");
    n = u64{high / divisor} << 32 | low;
    return remainder;
}

/// `n / divisor`, rounded down.
inline u64 quotient(u64 n, u32 divisor) {
    divide(n, divisor);
    return n;
}

} // namespace forkproof
