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
    dump,        ///< up to an instruction, unattended; then the memory is kept in a file
};

/// The kernel, its initrd and what it uses at the start lie in the first megabytes: it takes low frames
/// first.
inline constexpr std::size_t DUMP_BYTES = 4U << 20;

/// What one run's Bochs differs in from bochsrc.
struct Machine {
    std::string bochsrc;
    std::string symbols; ///< kernel.sym, for the debugger; may be empty
    unsigned memory_megabytes = 0;
    unsigned long long tick_limit = 0;
    std::string dump_file;     ///< of Mode::dump: where the first DUMP_BYTES of memory go
    std::uint32_t dump_at = 0; ///< the address at which it stops, before that instruction
    Mode mode = Mode::run;
};

/// Writes the debugger's script and gives the command that starts Bochs. `folder` is the run's own, with the
/// image in it as disk.img; log and serial output go there as bochs.log and com1. Throws image::Error.
std::vector<std::string> bochs_command(const Machine& machine, const std::filesystem::path& folder,
                                       const image::Geometry& disk, bool debugger_option);

} // namespace forkproof::runner
