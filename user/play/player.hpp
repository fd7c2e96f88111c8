// Playing a script: one task does a line, then tells the task whose line is next, through that task's pipe.
#pragma once
#include "script.hpp"
#include "user/lib/lib.hpp"

namespace forkproof::play {

/// How a script ends: the machine's status.
enum Outcome : int {
    AS_THE_RULE_SAYS = 0,
    ACCEPTED = 3,     ///< no rule refused, and nothing has stopped it
    OTHER_ANSWER = 4, ///< an error that the script does not expect
};

/// argv[1] of a task that has executed this program anew; argv[2] is its name.
inline constexpr char GOES_ON[] = "--task";

/// As init: makes the pipes and plays from the first line on.
[[noreturn]] void play(const Script& script);

/// As a task of this name, after an exec: waits for its next line.
[[noreturn]] void go_on(const Script& script, const char* name);

} // namespace forkproof::play
