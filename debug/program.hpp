#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace forkproof::runner {

/// Why the kernel could not execute these bytes, e.g. "ELF64 x86-64"; empty if it can: a static i386 ELF
/// executable.
std::string why_not_executable(std::span<const std::uint8_t> file);

/// How to make one, for the line that refuses a program.
inline constexpr const char* how_to_build = "build one with: gcc -m32 -static -o hello hello.c";

} // namespace forkproof::runner
