#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "boot/image.hpp"

namespace forkproof::runner {

/// How a run is driven.
enum class Mode {
    run,         ///< to the end, unattended
    debug,       ///< a person at Bochs's debugger, from 0x7c00 on
    break_debug, ///< a person at Bochs's debugger, from the first magic breakpoint on
};

/// What one run's Bochs differs in from bochsrc.
struct Machine {
    std::string bochsrc;
    std::string symbols; ///< kernel.sym, for the debugger; may be empty
    unsigned memory_megabytes = 0;
    unsigned long long tick_limit = 0;
    Mode mode = Mode::run;
};

/// Writes the debugger's script and gives the command that starts Bochs. `folder` is the run's own, with the
/// image in it as disk.img; log and serial output go there as bochs.log and com1. Throws image::Error.
std::vector<std::string> bochs_command(const Machine& machine, const std::filesystem::path& folder,
                                       const image::Geometry& disk, bool debugger_option);

} // namespace forkproof::runner
