#include "kernel/lib/string.hpp"

namespace forkproof {

void copy_string(char* to, const char* from, std::size_t size) {
    if (!size) return;
    std::size_t i = 0;
    for (; i + 1 < size && from[i]; i++) to[i] = from[i];
    to[i] = 0;
}

} // namespace forkproof
