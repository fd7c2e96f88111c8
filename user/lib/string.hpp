// Strings and blocks of bytes. The four that the compiler calls by itself have C's names.
#pragma once
#include <cstddef>

extern "C" {
void* memcpy(void* to, const void* from, std::size_t bytes);
void* memmove(void* to, const void* from, std::size_t bytes);
void* memset(void* to, int value, std::size_t bytes);
int memcmp(const void* a, const void* b, std::size_t bytes);
}

namespace user {

std::size_t strlen(const char* s);
int strcmp(const char* a, const char* b);
inline bool same(const char* a, const char* b) { return strcmp(a, b) == 0; }

/// Reads a decimal number that fills the whole string; -1 if it is none or too large.
int parse_number(const char* s);

} // namespace user
