// The functions that g++ itself calls for: it may turn an assignment into memcpy and a loop into memset, so
// the loops of this file are written in instructions, or hide from it, lest they become calls of themselves.
#include "kernel/lib/string.hpp"

using std::size_t;

namespace {

/// Keeps g++ from recognising the loop around it as strlen or memcmp.
inline void not_a_pattern() { asm volatile("" : : : "memory"); }

} // namespace

extern "C" void* memcpy(void* to, const void* from, size_t n) {
    void* d = to;
    size_t words = n / 4;
    asm volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(words) : : "memory");
    size_t rest = n % 4;
    if (rest) asm volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

extern "C" void* memset(void* to, int byte, size_t n) {
    void* d = to;
    size_t words = n / 4;
    const auto pattern = (static_cast<unsigned>(byte) & 0xff) * 0x01010101U;
    asm volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
    size_t rest = n % 4;
    if (rest) asm volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(pattern) : "memory");
    return to;
}

extern "C" void* memmove(void* to, const void* from, size_t n) {
    // Downwards is safe unless the end of the source would be overwritten before it is read.
    if (reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from) >= n)
        return memcpy(to, from, n);
    char* d = static_cast<char*>(to) + n - 1;
    const char* s = static_cast<const char*>(from) + n - 1;
    asm volatile("std\n\trep movsb\n\tcld" : "+D"(d), "+S"(s), "+c"(n) : : "memory", "cc");
    return to;
}

extern "C" int memcmp(const void* a, const void* b, size_t n) {
    const auto* x = static_cast<const unsigned char*>(a);
    const auto* y = static_cast<const unsigned char*>(b);
    for (; n; n--, x++, y++) {
        if (*x != *y) return *x - *y;
        not_a_pattern();
    }
    return 0;
}

extern "C" size_t strlen(const char* s) {
    size_t n = 0;
    for (; s[n]; n++) not_a_pattern();
    return n;
}

namespace forkproof {

namespace {

constexpr size_t PAGE_WORDS = PAGE_SIZE / 4;

} // namespace

void clear_page(void* page) {
    size_t words = PAGE_WORDS;
    asm volatile("rep stosl" : "+D"(page), "+c"(words) : "a"(0) : "memory");
}

void copy_page(void* to, const void* from) {
    size_t words = PAGE_WORDS;
    asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

} // namespace forkproof
