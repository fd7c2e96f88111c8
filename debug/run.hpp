#pragma once
#include <optional>
#include <set>
#include <string>

#include "debug/judge.hpp"
#include "debug/machine.hpp"

namespace forkproof::runner {

/// One run, as asked for on the command line. Names of files; empty: not asked for.
struct Request {
    std::string build; ///< the build folder: temporary folders are made there, defaults are taken from there
    std::string sector, loader, kernel, initrd;
    std::string cmdline;
    std::string program, args;  ///< a user's program to put into the initrd, and its arguments
    std::string ready_image;    ///< boot this image instead of making one
    std::string transcript;     ///< where to keep what was shown
    std::string program_output; ///< where to keep what programs wrote, byte for byte
    std::string serial;         ///< where to keep what came out of COM1
    std::string json, junit;    ///< where to say how it ended, for programs
    std::string bochs_log;      ///< where to keep Bochs's own log; its last lines tell the tick of the end
    unsigned host_seconds = 0;
    bool verbose = false; ///< show what Bochs itself says, on standard error
    std::optional<std::set<std::string>> expected_violations;
    std::optional<std::string> expected_call; ///< after which they come
    std::string script;                       ///< a witness script to play instead of the tour
    bool without_rule = false; ///< with its rule switched off: then what it predicts is expected
    Machine machine;
};

/// Does it, showing what kernel and programs say; a file that will not do ends as `refused`. Throws a
/// std::system_error, and what says that a report cannot be written.
Judgement run(const Request& request);

} // namespace forkproof::runner
