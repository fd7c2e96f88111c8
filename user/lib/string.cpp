#include "string.hpp"

extern "C" {

// rep movsb and rep stosb: short, and the compiler cannot turn them back into calls of themselves.
void* memcpy(void* to, const void* from, std::size_t bytes) {
    void* at = to;
    asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(bytes) : : "memory");
    return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
    if (to <= from || static_cast<const char*>(from) + bytes <= to) return memcpy(to, from, bytes);
    auto* last_to = static_cast<char*>(to) + bytes - 1;
    const auto* last_from = static_cast<const char*>(from) + bytes - 1;
    asm volatile("std; rep movsb; cld" : "+D"(last_to), "+S"(last_from), "+c"(bytes) : : "memory");
    return to;
}

void* memset(void* to, int value, std::size_t bytes) {
    void* at = to;
    asm volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(value) : "memory");
    return to;
}

int memcmp(const void* a, const void* b, std::size_t bytes) {
    const auto* left = static_cast<const unsigned char*>(a);
    const auto* right = static_cast<const unsigned char*>(b);
    for (; bytes != 0; bytes--, left++, right++)
        if (*left != *right) return *left < *right ? -1 : 1;
    return 0;
}
}

namespace user {

std::size_t strlen(const char* s) {
    std::size_t n = 0;
    while (s[n] != '\0') n++;
    return n;
}

int strcmp(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) a++, b++;
    return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

int parse_number(const char* s) {
    constexpr int LARGEST = 100'000'000;
    if (*s == '\0') return -1;
    int n = 0;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9' || n >= LARGEST) return -1;
        n = n * 10 + (*s - '0');
    }
    return n;
}

} // namespace user
