#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forkproof::runner {

/// How a run can end. The values are the runner's exit statuses, one each.
enum class Ending {
    good = 0,
    program_failed = 1, ///< the program's exit status was not 0
    refused = 2,        ///< nothing was booted: wrong arguments or a file that will not do
    program_killed = 3, ///< the program ended by a signal
    boot_failure = 10,  ///< the boot sector or the loader gave up
    panic = 11,         ///< the kernel panicked
    violation = 12,     ///< the kernel found an invariant violated
    triple_fault = 13,  ///< the processor gave up: an exception while handling an exception, thrice
    tick_limit = 14,    ///< the emulated machine ran too long
    no_verdict = 15,    ///< the machine was switched off, but the verdict is not the last line
    host_time = 16,     ///< Bochs took too long in the host's time
    bochs_failed = 17,  ///< Bochs did not start, or died
    not_predicted = 18, ///< a violation was expected, and others or none came
    interrupted = 130,  ///< the person at the keyboard said stop
};

/// What was seen of a run that is over.
struct Observations {
    std::vector<std::string> kernel_lines; ///< what the kernel said, in lines
    std::string plain;                     ///< what was outside all frames: the boot loader and Bochs
    std::string errors;                    ///< Bochs's standard error
    bool host_time_over = false;
    bool interrupted = false;
    int status = 0; ///< Bochs's exit status, or minus the signal it died by
};

/// What the run was asked to be.
struct Expectations {
    unsigned long long tick_limit = 0;
    unsigned host_seconds = 0;
    std::optional<std::set<std::string>> violations; ///< exactly these invariants violated, if set
    std::optional<std::string> call;                 ///< ... and after this call, as the kernel says it
    bool checks_off = false; ///< check=off was asked for: the kernel must say so in place of a verdict
};

/// How it ended, and the words to say so: one line, or several if Bochs has something to add. Empty words:
/// all is well and there is nothing to add to the verdict.
struct Judgement {
    Ending ending;
    std::string words;
};

/// Judges a run that is over. Only what the kernel said itself counts, never what programs printed.
Judgement judge(const Observations& seen, const Expectations& expected);

} // namespace forkproof::runner
