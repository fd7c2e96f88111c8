#pragma once
// tests/boot/: GoogleTest that boots the kernel in Bochs. Each test calls the runner
// (build/bin/forkproof-run) as anybody would, and looks at what it says and how it ends. Boot from the root
// of the tree, as `make test` does. Runs share nothing, so that several may go on at once
// (GTEST_TOTAL_SHARDS).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "debug/judge.hpp"

namespace forkproof::boots {

using runner::Ending;

/// What a run is to be. Empty or 0: the runner's default.
struct Options {
    std::string cmdline{};
    std::string program{}; ///< of tests/programs, by name
    std::string args{};
    std::string image{}; ///< a file: boot it as it is
    std::string initrd{};
    std::string kernel{};
    std::uint64_t ticks = 0;
    unsigned memory = 0;             ///< megabytes of the machine
    std::vector<std::string> more{}; ///< other options of the runner, as they are
};

/// A run that is over.
struct Boot {
    int status = -1;                ///< the runner's exit status: an Ending
    std::string transcript;         ///< what kernel and programs said
    std::string program_output;     ///< what programs said, byte for byte
    std::string serial;             ///< what came out of COM1
    std::string complaint;          ///< the runner's standard error: how it judged
    std::string plain;              ///< standard output as a whole
    std::uint64_t end_tick = 0;     ///< when Bochs ended
    std::vector<std::string> lines; ///< the transcript's
    std::string command;            ///< to see it again
};

/// Boots once, and comes back when that is over.
Boot boot(const Options& options);

/// A folder of this process's own, for files that tests make; removed at the end.
const std::filesystem::path& own_folder();

/// The build folder that this program lies in.
const std::filesystem::path& build_folder();

/// build/tests/programs/NAME
std::string test_program(const std::string& name);

std::string text_of(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);
std::vector<std::string> lines_of(const std::string& text);

} // namespace forkproof::boots
