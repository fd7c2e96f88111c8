// Formatted printing of the kernel's own words. `print("pid {} of {}\n", pid, name)`: each {} takes the next
// argument; {x} prints a number in hexadecimal with 0x, {8} pads to eight columns on the left, {-8} on the
// right, {08} with zeros, {08x} prints exactly eight hexadecimal digits without 0x. {{ prints one brace.
#pragma once
#include "kernel/lib/string.hpp"
#include "kernel/lib/types.hpp"

namespace forkproof {

/// Something that can be printed: a number, a text, a character, a pointer or an errno's name.
struct Printable {
    enum class Kind : u8 { number, negative, text, character } kind;
    u64 number = 0;
    Text text;

    Printable(bool v) : kind(Kind::text), text(v ? "true" : "false") {}
    Printable(char v) : kind(Kind::character), number(static_cast<u8>(v)) {}
    Printable(int v) : Printable(static_cast<long long>(v)) {}
    Printable(long v) : Printable(static_cast<long long>(v)) {}
    Printable(long long v)
        : kind(v < 0 ? Kind::negative : Kind::number),
          number(v < 0 ? 0 - static_cast<u64>(v) : static_cast<u64>(v)) {}
    Printable(unsigned v) : kind(Kind::number), number(v) {}
    Printable(unsigned char v) : kind(Kind::number), number(v) {}
    Printable(unsigned short v) : kind(Kind::number), number(v) {}
    Printable(unsigned long v) : kind(Kind::number), number(v) {}
    Printable(unsigned long long v) : kind(Kind::number), number(v) {}
    Printable(const char* v) : kind(Kind::text), text(v ? v : "(null)") {}
    Printable(Text v) : kind(Kind::text), text(v) {}
    Printable(const void* v) : kind(Kind::number), number(reinterpret_cast<std::uintptr_t>(v)) {}
    Printable(PhysAddr v) : kind(Kind::number), number(raw(v)) {}
    Printable(Errno v) : kind(Kind::text), text(errno_name(v)) {}
};

/// Where formatted text goes, a piece at a time.
using TextSink = void (*)(void* to, Text piece);

void format_to(TextSink sink, void* to, Text format, const Printable* arguments, std::size_t count);

/// Formats into `buffer` (always NUL-terminated, cut at `size`); returns the length written.
std::size_t format_buffer(char* buffer, std::size_t size, Text format, const Printable* arguments,
                          std::size_t count);

/// The kernel's voice: every console of the kernel (see kernel/arch/console.hpp).
void print_pieces(Text format, const Printable* arguments, std::size_t count);

template <class... A>
void print(Text format, const A&... a) {
    if constexpr (sizeof...(A) == 0) {
        print_pieces(format, nullptr, 0);
    } else {
        const Printable arguments[] = {Printable(a)...};
        print_pieces(format, arguments, sizeof...(A));
    }
}

template <class... A>
std::size_t format(char* buffer, std::size_t size, Text format_text, const A&... a) {
    const Printable arguments[] = {Printable(a)..., Printable(0)};
    return format_buffer(buffer, size, format_text, arguments, sizeof...(A));
}

} // namespace forkproof
