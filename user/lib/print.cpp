#include "print.hpp"
#include "files.hpp"
#include "string.hpp"

namespace user {
namespace {

constexpr std::size_t LINE = 256; // a line of the console is 80; longer ones are written in pieces

char line[LINE];
std::size_t line_used = 0;

/// Where formatted characters go: counted always, kept while they fit.
struct Sink {
    char* to;
    std::size_t size;
    std::size_t count = 0;
    void put(char c) {
        if (count + 1 < size) to[count] = c;
        count++;
    }
    void put(char c, int times) {
        while (times-- > 0) put(c);
    }
    void put(const char* s, int length, int width, bool left) {
        if (!left) put(' ', width - length);
        for (int i = 0; i < length; i++) put(s[i]);
        if (left) put(' ', width - length);
    }
};

/// What stands between '%' and the letter.
struct Field {
    bool left = false, zero = false;
    int width = 0, precision = -1;
};

int number_or_star(const char*& f, std::va_list& arguments) {
    if (*f == '*') {
        f++;
        return va_arg(arguments, int);
    }
    int n = 0;
    while (*f >= '0' && *f <= '9') n = n * 10 + (*f++ - '0');
    return n;
}

Field read_field(const char*& f, std::va_list& arguments) {
    Field field;
    for (; *f == '-' || *f == '0'; f++) (*f == '-' ? field.left : field.zero) = true;
    field.width = number_or_star(f, arguments);
    if (*f == '.') field.precision = number_or_star(++f, arguments);
    return field;
}

void put_number(Sink& sink, const Field& field, unsigned value, bool negative, unsigned base) {
    char digits[12]; // 32 bits in base 10, with a sign
    int at = sizeof digits;
    const unsigned low = base;
    do digits[--at] = "0123456789abcdef"[value % low];
    while ((value /= low) != 0);
    int width = field.width;
    if (field.zero && !field.left) {
        const int length = static_cast<int>(sizeof digits) - at + (negative ? 1 : 0);
        if (negative) sink.put('-');
        sink.put('0', width - length);
        negative = false;
        width = 0;
    }
    if (negative) digits[--at] = '-';
    sink.put(digits + at, static_cast<int>(sizeof digits) - at, width, field.left);
}

void put_string(Sink& sink, const Field& field, const char* s) {
    int length = 0;
    while ((field.precision < 0 || length < field.precision) && s[length] != '\0') length++;
    sink.put(s, length, field.width, field.left);
}

} // namespace

std::size_t vsnprintf(char* to, std::size_t size, const char* f, std::va_list arguments) {
    std::va_list rest;
    va_copy(rest, arguments);
    Sink sink{to, size};
    for (; *f != '\0'; f++) {
        if (*f != '%') {
            sink.put(*f);
            continue;
        }
        f++;
        const Field field = read_field(f, rest);
        switch (*f) {
        case 'd': {
            const int value = va_arg(rest, int);
            const auto bits = static_cast<unsigned>(value);
            put_number(sink, field, value < 0 ? 0U - bits : bits, value < 0, 10);
            break;
        }
        case 'u': put_number(sink, field, va_arg(rest, unsigned), false, 10); break;
        case 'x': put_number(sink, field, va_arg(rest, unsigned), false, 16); break;
        case 's': put_string(sink, field, va_arg(rest, const char*)); break;
        case 'c': {
            const char c = static_cast<char>(va_arg(rest, int));
            sink.put(&c, 1, field.width, field.left);
            break;
        }
        default: sink.put(*f); break; // "%%", and anything unknown shows itself
        }
    }
    va_end(rest);
    if (size != 0) to[sink.count < size ? sink.count : size - 1] = '\0';
    return sink.count;
}

std::size_t snprintf(char* to, std::size_t size, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const auto length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

void write_all(int fd, const char* text, std::size_t bytes) {
    while (bytes != 0) {
        const int n = write(fd, text, bytes);
        if (n <= 0) return;
        text += n;
        bytes -= static_cast<std::size_t>(n);
    }
}

void printf(const char* format, ...) {
    char text[LINE * 2];
    std::va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (const char* c = text; *c != '\0'; c++) {
        line[line_used++] = *c;
        if (*c != '\n' && line_used < LINE) continue;
        write_all(1, line, line_used);
        line_used = 0;
    }
}

void fprintf(int fd, const char* format, ...) {
    char text[LINE * 2];
    std::va_list arguments;
    va_start(arguments, format);
    const auto length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_all(fd, text, length < sizeof text ? length : sizeof text - 1);
}

} // namespace user
