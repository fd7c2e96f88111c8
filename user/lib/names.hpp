// Numbers as people say them: flag words, error numbers, signals.
#pragma once
#include "abi.hpp"
#include <cstddef>

namespace user {

/// A short text that is returned by value, so that several can stand in one printf.
struct Text {
    char text[96];
    [[nodiscard]] const char* c_str() const { return text; }
};

/// "FS | NEWNS | SIGCHLD" for a flag word of clone(), joined by `between`; "0" for none.
Text flags_text(std::uint32_t flags, const char* between = " | ");

/// "-EINVAL" for an answer that is an error number, else the number itself.
Text answer_text(int answer);

/// "SIGCHLD"; "SIG40" for one that has no name here.
Text signal_text(int signal);

} // namespace user
