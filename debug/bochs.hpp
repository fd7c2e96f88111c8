#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forkproof::runner {

/// Which Bochs is installed, as `bochs --help` tells.
struct BochsVersion {
    std::string number;   ///< e.g. "2.7"; empty if there is none
    bool debugger_option; ///< Bochs 3 opens its debugger only with -dbg; before, always
};
BochsVersion installed_bochs();

/// The Bochs that bochsrc is written for.
inline constexpr const char* expected_bochs = "2.7";

/// How to start Bochs, and what to do with it.
struct BochsCall {
    std::vector<std::string> arguments; ///< argv, the program first
    std::string error_file;             ///< its standard error goes there
    bool interactive = false;           ///< a person types: standard input is ours, Ctrl-C is Bochs's
    unsigned host_seconds = 0;          ///< killed after that; 0: never
};

/// How it went.
struct BochsEnd {
    int status = 0; ///< exit status, or minus the signal it died by
    bool host_time_over = false;
    bool interrupted = false; ///< SIGINT, SIGTERM or SIGHUP came to us
};

/// Runs Bochs to its end, handing on what it writes as it comes. Bochs never outlives this call, nor this
/// process. Throws std::system_error if it cannot be started.
BochsEnd run_bochs(const BochsCall& call, const std::function<void(std::string_view)>& output);

} // namespace forkproof::runner
