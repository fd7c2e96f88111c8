#pragma once
#include <string>

namespace forkproof::boots {

/// How a program ended on this Linux, and what it printed.
struct NativeRun {
    int status;
    std::string output;
};

/// Runs a program of tests/programs here, with an empty environment, in a folder ("": this one). One at a
/// time on this machine: some count the processes of user nobody.
NativeRun run_here(const std::string& name, const std::string& folder);
/// The program found that this Linux does not let even root do what it shows (tests/programs/common.h).
[[nodiscard]] bool refused_here(const NativeRun& run);
/// Whether this Linux runs 32-bit i386 programs at all.
bool runs_i386();

} // namespace forkproof::boots
