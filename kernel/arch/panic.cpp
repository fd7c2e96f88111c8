// The end of a run that must not go on: says why, where and in what state, to every console.
#include "kernel/arch/panic.hpp"
#include "kernel/arch/console.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"

namespace forkproof {

namespace {

constexpr std::size_t MESSAGE_SIZE = 512;
constinit u32 depth = 0; // panics begun: what reports a panic may fail itself

/// True for the first panic, which may print all it likes. The second prints its line only; a third means
/// that not even this works.
bool begin() {
    asm volatile("cli" : : : "memory");
    depth++;
    if (depth > 2) shutdown();
    console_use_serial(true);
    return depth == 1;
}

[[noreturn]] void end(bool first) {
    if (first) print_state();
    magic_breakpoint();
    shutdown();
}

/// One line, printed at once, so that it cannot be torn apart.
void say(Text format, const Printable* arguments, std::size_t count, Text where) {
    static char message[MESSAGE_SIZE]; // the stack may be what is short
    const std::size_t size = format_buffer(message, sizeof message, format, arguments, count);
    print("PANIC: {}{}\n", Text(message, size), where);
}

void print_registers(const PtRegs& r, u32 stack) {
    const Symbol at = symbol_at(r.ip);
    print("  eip {08x} {}+{x}  eflags {08x}\n", r.ip, at.name_size ? Text(at.name, at.name_size) : "?",
          at.offset, r.flags);
    print("  eax {08x}  ebx {08x}  ecx {08x}  edx {08x}\n", r.ax, r.bx, r.cx, r.dx);
    print("  esi {08x}  edi {08x}  ebp {08x}  esp {08x}\n", r.si, r.di, r.bp, stack);
    print("  cs {04x}  ds {04x}  es {04x}  fs {04x}  gs {04x}  cr2 {08x}  cr3 {08x}\n", r.cs & 0xffff,
          r.ds & 0xffff, r.es & 0xffff, r.fs & 0xffff, r.gs & 0xffff, read_cr2(), read_cr3());
}

} // namespace

void panic_pieces(SourcePlace place, Text format_text, const Printable* arguments, std::size_t count) {
    const bool first = begin();
    char where[128];
    const std::size_t size = format(where, sizeof where, " ({}:{})", place.file, place.line);
    say(format_text, arguments, count, Text(where, size));
    if (first)
        print_backtrace(static_cast<u32>(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))));
    end(first);
}

void panic_in_pieces(const PtRegs& regs, u32 stack, Text format_text, const Printable* arguments,
                     std::size_t count) {
    const bool first = begin();
    say(format_text, arguments, count, "");
    if (first) {
        print_registers(regs, stack);
        print_backtrace(user_mode(regs) ? 0 : regs.bp);
    }
    end(first);
}

} // namespace forkproof
