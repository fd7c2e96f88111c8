#pragma once
#include <string>
#include <vector>

#include "tests/boot/boot.hpp"

namespace forkproof::boots {

/// Holds a run against what is expected of it, link by link:
///
///     Expect(run).ends(Ending::good).says("hello").never_says("PANIC");
///
/// When the chain is over, a run that falls short fails the test, with one line for each expectation (GOOD,
/// BAD, MISSING), the last lines of the transcript, and the command to see it again.
class [[nodiscard]] Expect {
  public:
    explicit Expect(const Boot& run) : run_(run) {}
    ~Expect();
    Expect(const Expect&) = delete;
    Expect& operator=(const Expect&) = delete;

    Expect& ends(Ending ending);
    /// Some line of the transcript contains this.
    Expect& says(const std::string& words);
    /// No line does.
    Expect& never_says(const std::string& words);
    /// Some line is exactly this.
    Expect& line(const std::string& line);
    /// The last line matches this regular expression, from end to end.
    Expect& last_line(const std::string& pattern);
    /// The runner's own words (its standard error) are exactly this line.
    Expect& complains(const std::string& line);
    /// The runner's words contain this.
    Expect& complaint_has(const std::string& words);
    /// Programs printed exactly this.
    Expect& program_prints(const std::string& text);
    /// Anything else, in words.
    Expect& that(bool holds, const std::string& what);

  private:
    Expect& note(bool good, const char* otherwise, const std::string& what);

    const Boot& run_;
    bool all_good_ = true;
    std::string report_;
};

/// A good run's last line.
inline constexpr const char* verdict_pattern = "verdict: all [0-9]+ invariants held over [0-9]+ checks";

/// The names in lines "violation: NAME: ...", sorted, joined by ", ".
std::string violated(const Boot& run);

} // namespace forkproof::boots
