// The gate itself: int 0x80, the number in eax, the arguments in ebx ecx edx esi edi ebp, the answer in eax.
#pragma once
#include "numbers.hpp"
#include <cstdint>

namespace user {

/// One argument of a system call: a register's worth, made from a number or an address.
struct Word {
    std::uint32_t bits = 0;
    constexpr Word() = default;
    constexpr Word(int value) : bits(static_cast<std::uint32_t>(value)) {}
    constexpr Word(std::uint32_t value) : bits(value) {}
    Word(const volatile void* address) : bits(reinterpret_cast<std::uintptr_t>(address)) {}
};

/// Makes a system call of up to five arguments. Returns the kernel's answer: -4095..-1 is an error number.
inline int call(Number number, Word a = {}, Word b = {}, Word c = {}, Word d = {}, Word e = {}) {
    int answer;
    asm volatile("int $0x80"
                 : "=a"(answer)
                 : "a"(number), "b"(a.bits), "c"(b.bits), "d"(c.bits), "S"(d.bits), "D"(e.bits)
                 : "memory");
    return answer;
}

/// The same with a sixth argument, which travels in ebp (entry.cpp).
extern "C" int user_call6(Number number, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d,
                          std::uint32_t e, std::uint32_t f);

/// True if a call's answer is an error number.
constexpr bool failed(int answer) { return answer < 0 && answer >= -4095; }

} // namespace user
