// What the kernel said in a run, as data, and as files for other programs: JSON, and JUnit's XML.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "debug/judge.hpp"

namespace forkproof::runner {

/// An invariant found violated.
struct Violation {
    std::string name, sentence;
    std::string after; ///< the call that did it, and by whom; empty if the kernel said none
};

/// What the kernel counts at the end of a run: how often an invariant was checked.
struct Checked {
    std::string name;
    std::uint64_t times;
};

/// What a series of failures (fail=each, fail=nth) came to for one step.
struct Series {
    std::string name;
    std::uint64_t tried, good, leaks;
};

struct Told {
    std::vector<Violation> violations;
    std::vector<Checked> invariants;
    std::vector<Series> failures;
    std::uint64_t processes = 0, calls = 0, ticks = 0; ///< 0: the run did not come to its end
    std::string verdict;                               ///< the kernel's last line, if it is one
};

/// Reads the kernel's lines. What it does not know it leaves out.
Told told_by(const std::vector<std::string>& kernel_lines);

/// The same as JSON, with how the run ended.
std::string as_json(const Told& told, const Judgement& judgement, const std::string& cmdline);

/// The same as JUnit's XML, in a file: a case for each invariant, for each series of failures, and for the
/// run itself. Throws std::runtime_error.
void write_junit(const std::string& file, const Told& told, const Judgement& judgement,
                 const std::string& cmdline);

} // namespace forkproof::runner
