#include "kernel/arch/redirect.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

void redirect_function(const void* from, const void* to) {
    constexpr u8 JMP_REL32 = 0xe9; // Intel SDM volume 2: relative to the instruction behind it
    constexpr u32 LENGTH = 5;
    auto* code = static_cast<u8*>(const_cast<void*>(from));
    const u32 distance = static_cast<u32>(static_cast<const u8*>(to) - code) - LENGTH;
    code[0] = JMP_REL32;
    memcpy(code + 1, &distance, sizeof distance);
}

} // namespace forkproof
