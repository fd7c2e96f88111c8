#include "tests/boot/expect.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace forkproof::boots {
namespace {

constexpr std::size_t last_lines = 15; // what a person needs to see of a run that went wrong

std::string ending_name(int status) {
    switch (static_cast<Ending>(status)) {
    case Ending::good: return "good";
    case Ending::program_failed: return "program failed";
    case Ending::refused: return "refused";
    case Ending::program_killed: return "program killed";
    case Ending::boot_failure: return "boot failure";
    case Ending::panic: return "panic";
    case Ending::violation: return "violation";
    case Ending::triple_fault: return "triple fault";
    case Ending::tick_limit: return "tick limit";
    case Ending::no_verdict: return "no verdict";
    case Ending::host_time: return "host time";
    case Ending::bochs_failed: return "Bochs failed";
    case Ending::not_predicted: return "not predicted";
    case Ending::interrupted: return "interrupted";
    }
    return "unknown";
}

bool any_line(const std::vector<std::string>& lines, const std::string& words) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.find(words) != std::string::npos; });
}

std::string tail(const std::vector<std::string>& lines) {
    std::string text;
    for (std::size_t i = lines.size() > last_lines ? lines.size() - last_lines : 0; i < lines.size(); i++)
        text += "    | " + lines[i] + "\n";
    return text;
}

} // namespace

Expect& Expect::note(bool good, const char* otherwise, const std::string& what) {
    all_good_ = all_good_ && good;
    report_ += fmt::format("    {:<8}{}\n", good ? "GOOD" : otherwise, what);
    return *this;
}

Expect& Expect::ends(Ending ending) {
    const auto expected = static_cast<int>(ending);
    const bool good = run_.status == expected;
    const auto wanted = fmt::format("status {} ({})", expected, ending_name(expected));
    return note(
        good, "BAD",
        good ? wanted
             : fmt::format("status {} ({}), expected {}", run_.status, ending_name(run_.status), wanted));
}

Expect& Expect::says(const std::string& words) { return note(any_line(run_.lines, words), "MISSING", words); }

Expect& Expect::never_says(const std::string& words) {
    return note(!any_line(run_.lines, words), "BAD", "never: " + words);
}

Expect& Expect::line(const std::string& line) {
    return note(std::find(run_.lines.begin(), run_.lines.end(), line) != run_.lines.end(), "MISSING",
                "line: " + line);
}

Expect& Expect::last_line(const std::string& pattern) {
    const bool good = !run_.lines.empty() && std::regex_match(run_.lines.back(), std::regex(pattern));
    return note(good, "BAD", "last line: " + pattern);
}

Expect& Expect::complains(const std::string& line) {
    return note(run_.complaint == (line.empty() ? "" : line + "\n"), "BAD", "complaint: " + line);
}

Expect& Expect::complaint_has(const std::string& words) {
    return note(run_.complaint.find(words) != std::string::npos, "MISSING", "in the complaint: " + words);
}

Expect& Expect::program_prints(const std::string& text) {
    const bool good = run_.program_output == text;
    note(good, "BAD", "what programs printed");
    if (!good) report_ += fmt::format("--- expected\n{}--- printed\n{}---\n", text, run_.program_output);
    return *this;
}

Expect& Expect::that(bool holds, const std::string& what) { return note(holds, "BAD", what); }

Expect::~Expect() {
    if (all_good_) return;
    ADD_FAILURE() << run_.command << "\n"
                  << report_ << "    the runner said: " << run_.complaint
                  << (run_.complaint.empty() ? "nothing\n" : "") << "    the transcript ends:\n"
                  << tail(run_.lines);
}

std::string violated(const Boot& run) {
    constexpr std::string_view mark = "violation: ";
    std::set<std::string> names;
    for (const auto& line : run.lines)
        if (line.starts_with(mark))
            names.insert(line.substr(mark.size(), line.find(':', mark.size()) - mark.size()));
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace forkproof::boots
