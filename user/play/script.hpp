// A witness script: the system calls, by several tasks in a fixed order, that break an invariant when a rule
// of clone() is switched off. `make why` writes them, user/play plays them, and the runner (debug/) reads in
// them what is predicted: all with this one reader. It needs nothing but invariants/, so that ring 3 and the
// host can compile it. What a line may say is in script.cpp and call.cpp.
#pragma once
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include <cstddef>
#include <cstdint>

namespace forkproof::play {

/// A piece of the script's own text, which must outlive it.
struct Words {
    const char* data = nullptr;
    std::size_t size = 0;
    [[nodiscard]] bool is(const char* text) const;
    [[nodiscard]] bool operator==(const Words& other) const;
    [[nodiscard]] bool empty() const { return size == 0; }
};

enum class Verb : std::uint8_t {
    clone,       ///< flags, task: the new one
    exit,        ///<
    wait,        ///< task: for whom
    exec_begin,  ///< others run while it reads the file
    exec_commit, ///< ... and now it goes through
    exec,        ///< both
    setuid_nobody,
    sigaction, ///< a handler for SIGUSR1
    setrlimit, ///< NPROC; value: the limit
    sched,     ///< value: SCHED_FIFO or SCHED_OTHER, and SCHED_RESET_ON_FORK
};

struct Line {
    int source = 0; ///< where it stands in the text, from 1
    int number = 0; ///< of the call, from 1; 0 makes the state to start from
    int who = 0;    ///< index of a task
    Verb verb = Verb::exit;
    std::uint32_t flags = 0;
    int task = 0;
    int value = 0;
    bool setuid_root = false; ///< of an exec: the program is a set-uid one of root's
    Words text;               ///< the call as it is written
};

inline constexpr int MOST_TASKS = 8, MOST_LINES = 32, INIT = 0;

struct Script {
    Words rule;
    Errno error = Errno::OK; ///< what the rule answers; OK: it is an effect
    Words breaks;            ///< names of invariants, separated by blanks
    Words machine;           ///< words for the kernel command line
    int at = 0;              ///< the call after which they are broken
    int refused = 0;         ///< the call that the rule refuses
    int tasks = 1, lines = 0;
    Words task[MOST_TASKS]; ///< names; the first is init's
    Line line[MOST_LINES];
};

/// What is wrong, where: "line 7: unknown call `fork()`; known: clone exit ...".
struct ScriptError {
    int line = 0;
    const char* what = nullptr;
    Words word;
    const char* known = ""; ///< what may stand there instead
};

/// Reads a script. False: `error` says what is wrong, and `script` means nothing.
[[nodiscard]] bool read_script(Words text, Script& script, ScriptError& error);

/// The names of Linux's signals 1 to 31, without SIG.
[[nodiscard]] const char* signal_name(int signal);

// linux-2.6.33 linux/sched.h
inline constexpr int POLICY_OTHER = 0, POLICY_FIFO = 1, POLICY_RESET_ON_FORK = 0x40000000;

} // namespace forkproof::play
