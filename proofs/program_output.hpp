// Runs another program and reads what it prints.
#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct ProgramOutput {
    std::string text; ///< of standard output and standard error
    enum class End : unsigned char { finished, not_found, too_late } end = End::finished;
};

/// The program (found on PATH) with these arguments. One that takes longer than `limit` is killed.
ProgramOutput run_program(const std::vector<std::string>& words, std::chrono::milliseconds limit);

} // namespace forkproof::proofs
