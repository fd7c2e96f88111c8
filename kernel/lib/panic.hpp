// The end of a run that must not go on.
#pragma once
#include "kernel/lib/print.hpp"

namespace forkproof {

struct SourcePlace {
    const char* file;
    int line;
};

/// Prints "PANIC: ..." with the place, a symbolised backtrace and the state, hits the magic breakpoint, and
/// ends the run (kernel/arch/panic.cpp). Never returns.
[[noreturn]] void panic_pieces(SourcePlace place, Text format, const Printable* arguments, std::size_t count);

template <class... A>
[[noreturn]] void panic_at(SourcePlace place, Text format, const A&... a) {
    const Printable arguments[] = {Printable(a)..., Printable(0)};
    panic_pieces(place, format, arguments, sizeof...(A));
}

} // namespace forkproof

#define panic(...) ::forkproof::panic_at({__FILE__, __LINE__}, __VA_ARGS__)

/// A fact that the kernel's own code must keep; a violation is a bug of the kernel, never of a program.
#define FORKPROOF_ASSERT(condition)                                                                          \
    do {                                                                                                     \
        if (!(condition)) panic("assertion failed: {}", #condition);                                         \
    } while (0)
