// The formatter behind print: splits the text at its {} and turns arguments into characters. Knows nothing of
// where they go, so it is tested on the host as it is.
#include "kernel/lib/print.hpp"
#include "kernel/lib/divide.hpp"

namespace forkproof {

namespace {

/// What stands between the braces.
struct Spec {
    bool left = false, zeros = false, hex = false;
    std::size_t width = 0;
};

Spec parse_spec(Text inside) {
    Spec s;
    std::size_t i = 0;
    if (i < inside.size && inside.data[i] == '-') s.left = true, i++;
    if (i < inside.size && inside.data[i] == '0') s.zeros = true, i++;
    for (; i < inside.size && inside.data[i] >= '0' && inside.data[i] <= '9'; i++)
        s.width = s.width * 10 + static_cast<std::size_t>(inside.data[i] - '0');
    s.hex = i < inside.size && inside.data[i] == 'x';
    return s;
}

void pad(TextSink sink, void* to, std::size_t n, char with) {
    const Text one(&with, 1);
    for (; n; n--) sink(to, one);
}

constexpr std::size_t DIGITS = 20; // of the largest u64

/// Writes the digits at the end of `buffer` and returns them.
Text digits(char (&buffer)[DIGITS], u64 n, u32 base) {
    std::size_t at = DIGITS;
    do {
        const u32 digit = divide(n, base);
        buffer[--at] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    } while (n);
    return Text(buffer + at, DIGITS - at);
}

void put(TextSink sink, void* to, const Spec& spec, const Printable& p) {
    char buffer[DIGITS];
    Text prefix, body = p.text;
    if (p.kind == Printable::Kind::character) {
        buffer[0] = static_cast<char>(p.number);
        body = Text(buffer, 1);
    } else if (p.kind != Printable::Kind::text) {
        body = digits(buffer, p.number, spec.hex ? 16 : 10);
        if (p.kind == Printable::Kind::negative)
            prefix = "-";
        else if (spec.hex && !spec.zeros)
            prefix = "0x";
    }
    const std::size_t size = prefix.size + body.size;
    const std::size_t padding = spec.width > size ? spec.width - size : 0;
    if (!spec.left && !spec.zeros) pad(sink, to, padding, ' ');
    if (prefix.size) sink(to, prefix);
    if (!spec.left && spec.zeros) pad(sink, to, padding, '0');
    if (body.size) sink(to, body);
    if (spec.left) pad(sink, to, padding, ' ');
}

struct Buffer {
    char* data;
    std::size_t size, used;
};

} // namespace

void format_to(TextSink sink, void* to, Text format, const Printable* arguments, std::size_t count) {
    std::size_t next = 0;
    while (format.size) {
        const std::size_t plain = format.find('{');
        if (plain) sink(to, format.until(plain));
        format = format.from(plain);
        if (!format.size) return;
        const std::size_t close = format.find('}');
        const bool escaped = format.size > 1 && format.data[1] == '{';
        if (escaped || close == format.size) {
            sink(to, format.until(1));
            format = format.from(escaped ? 2 : 1);
            continue;
        }
        const Spec spec = parse_spec(Text(format.data + 1, close - 1));
        if (next < count)
            put(sink, to, spec, arguments[next++]);
        else
            sink(to, "{?}"); // the caller forgot an argument
        format = format.from(close + 1);
    }
}

std::size_t format_buffer(char* buffer, std::size_t size, Text format, const Printable* arguments,
                          std::size_t count) {
    if (!size) return 0;
    Buffer b{buffer, size - 1, 0};
    format_to(
        [](void* to, Text piece) {
            auto& out = *static_cast<Buffer*>(to);
            for (std::size_t i = 0; i < piece.size && out.used < out.size; i++)
                out.data[out.used++] = piece.data[i];
        },
        &b, format, arguments, count);
    buffer[b.used] = 0;
    return b.used;
}

} // namespace forkproof
