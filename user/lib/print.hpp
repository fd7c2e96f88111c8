// Printing: a small printf. Knows %d %u %x %s %c %%, a width, '-' to set left, '0' to fill, and '*' for a
// width or, after a dot, for how much of a string. What goes to the console goes a line at a time, each in
// one write().
#pragma once
#include <cstdarg>
#include <cstddef>

namespace user {

/// To descriptor 1, kept until the line is complete. A fork copies an incomplete line too: end lines before
/// forking.
[[gnu::format(printf, 1, 2)]] void printf(const char* format, ...);

/// To any descriptor, at once.
[[gnu::format(printf, 2, 3)]] void fprintf(int fd, const char* format, ...);

/// Into a buffer, cut to fit and always ended by a zero. Returns how long it would have been.
[[gnu::format(printf, 3, 4)]] std::size_t snprintf(char* to, std::size_t size, const char* format, ...);
std::size_t vsnprintf(char* to, std::size_t size, const char* format, std::va_list arguments);

/// Writes all of it, in as many calls as it takes; gives up at an error.
void write_all(int fd, const char* text, std::size_t bytes);

} // namespace user
