// JUnit's XML, the one form of test results that every CI system reads. What reports use it: the runner, the
// prover, `make why`.
#pragma once
#include <string>
#include <vector>

namespace forkproof::report {

/// One thing that could fail.
struct Case {
    std::string group, name;
    double seconds = 0;
    std::string failure; ///< why it failed; empty: it did not
    std::string output;  ///< what else was said, for who looks
};

/// Writes the cases of one suite to a file. Throws std::runtime_error, which names the file.
void write_junit(const std::string& file, const std::string& suite, const std::vector<Case>& cases);

} // namespace forkproof::report
