// How kernel/arch reports the end of a run whose cause is a trap and not a line of source.
#pragma once
#include "kernel/arch/pt_regs.hpp"
#include "kernel/lib/panic.hpp"

namespace forkproof {

/// As panic_pieces, but the place is where `regs` stood, and they are printed; `stack` is their stack
/// pointer.
[[noreturn]] void panic_in_pieces(const PtRegs& regs, u32 stack, Text format, const Printable* arguments,
                                  std::size_t count);

template <class... A>
[[noreturn]] void panic_in(const PtRegs& regs, u32 stack, Text format, const A&... a) {
    const Printable arguments[] = {Printable(a)..., Printable(0)};
    panic_in_pieces(regs, stack, format, arguments, sizeof...(A));
}

} // namespace forkproof
