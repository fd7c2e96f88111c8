#pragma once
#include <string>
#include <vector>

#include "tests/boot/boot.hpp"

namespace forkproof::boots {

/// A fault of tests/mutants in a kernel of its own, and what the prover says of it.
struct Planted {
    std::string kernel;               ///< to boot: without symbols, as the Makefile makes it
    std::vector<std::string> refuted; ///< the counterexample
    std::vector<std::string>
        command; ///< the words that it says to type, "make" first; empty if there are none
};

/// Builds the kernel, and asks this theorem.
Planted plant(const std::string& mutant, const std::string& theorem);

/// The words of a command, as a shell takes them apart: double quotes keep blanks together.
std::vector<std::string> words_of(const std::string& command);

/// The run that `make run WORD...` is, of this kernel; "" is the build's own.
Options typed(const std::vector<std::string>& command, const std::string& kernel);

} // namespace forkproof::boots
