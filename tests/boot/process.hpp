#pragma once
#include <string>
#include <vector>

namespace forkproof::boots {

/// A process of the host's, to be run to its end.
struct Command {
    std::vector<std::string> argv; ///< argv[0] is what is executed, searched in PATH
    std::string folder{};          ///< to run in; empty: where we are
    bool empty_environment = false;
    std::string output, errors; ///< files for its standard streams; its input is empty
};

/// Its exit status, or 128 plus the signal that it died by, as a shell says it; `cannot_execute` if it could
/// not be executed.
int execute(const Command& command);
inline constexpr int cannot_execute = 126;

} // namespace forkproof::boots
