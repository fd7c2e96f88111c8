// The kernel command line: the words that say what this run is to do. The host's runner and the tests parse
// it with the same code.
#pragma once
#include "invariants/rules.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

inline constexpr u32 COMMAND_LINE_SIZE = 512; ///< its place in the image, with the NUL (boot/image.hpp)

enum class CheckMode : u8 {
    off,
    call, ///< the invariants are checked after every call that makes or ends a process
    step, ///< ... and between the steps of a fork
};

/// fail=STEP[:N[:ERRNO]]: the Nth execution of a step fails. Whether there is such a step and whether it can
/// fail is for the step table to say. fail=each, fail=nth: every step, every allocation.
struct FailRequest {
    Text step; ///< empty: nothing is to fail
    u32 nth = 1;
    bool numbered = false;   ///< whether N was said
    Errno error = Errno::OK; ///< OK: the errno that the step has by itself
};

/// lsm=FLAG,...[:ERRNO]: a policy that refuses calls with any of these flags.
struct SecurityPolicy {
    u32 denied = 0;
    Errno error = Errno::EACCES;
};

/// All texts point into the line that was parsed.
struct CommandLine {
    Text program = "/bin/tour"; ///< what init runs
    Text args;                  ///< its arguments, separated by blanks
    RuleSet rules = profile_default;
    FailRequest fail;
    SecurityPolicy lsm;
    bool linux_6_1 = false;     ///< rules=linux-6.1: whose rules are not rows of rules.hpp alone
    bool ladder_2_6_33 = false; ///< ladder=linux-2.6.33: with that version's clean-up of a failed fork
    CheckMode check = CheckMode::call;
    bool console_serial = false; ///< console=ttyS0: everything goes to COM1 too
    bool quiet = false;          ///< no boot lines
    Text provoke;                ///< a fault to plant (kernel/check/provoke.hpp); empty: none
    bool stacks = false;         ///< measure how much of the kernel stack the calls use
    u32 max_threads = 0;         ///< 0: from the memory's size
    u32 memory = 0;              ///< megabytes to use at most; 0: all
};

/// What is wrong, with which word, and what would have been right: "unknown word 'x'; known: ...".
struct CommandLineError {
    Text what;  ///< empty: there is no error
    Text word;  ///< the part of the line that is meant
    Text known; ///< what may stand there instead; may be empty
};

/// Reads words separated by blanks (space, tab, CR, LF). False: `error` says what is wrong, and `result`
/// means nothing.
[[nodiscard]] bool parse_command_line(Text line, CommandLine& result, CommandLineError& error);

} // namespace forkproof
