#include "debug/judge.hpp"

#include <cstdlib>
#include <cstring>
#include <regex>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::runner {
namespace {

// How Bochs says why it stopped.
constexpr std::string_view shutdown_words = "Shutdown port: shutdown requested";
constexpr std::string_view triple_fault_words = "exception(): 3rd (";
constexpr std::string_view tick_limit_words = "Caught time breakpoint";

constexpr std::string_view panic_mark = "PANIC: ";
constexpr std::string_view violation_mark = "violation: ";
constexpr std::string_view boot_mark = "boot: ";

// A shell's way to say "ended by signal N" in an exit status.
constexpr int signal_base = 128;
constexpr int most_signal = 64;

bool contains(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

const std::string* find_line(const std::vector<std::string>& lines, std::string_view mark) {
    for (const auto& line : lines)
        if (line.starts_with(mark)) return &line;
    return nullptr;
}

std::string boot_complaint(const std::string& plain) {
    std::size_t begin = 0;
    while (begin < plain.size()) {
        const std::size_t end = std::min(plain.find_first_of("\r\n", begin), plain.size());
        if (std::string_view(plain).substr(begin).starts_with(boot_mark))
            return plain.substr(begin, end - begin);
        begin = end + 1;
    }
    return {};
}

// The names in "violation: NAME: ..." lines.
std::set<std::string> violated(const std::vector<std::string>& lines) {
    std::set<std::string> names;
    for (const auto& line : lines)
        if (line.starts_with(violation_mark)) {
            const auto end = line.find_first_of(": ", violation_mark.size());
            names.insert(line.substr(violation_mark.size(), end - violation_mark.size()));
        }
    return names;
}

// The call after which something was violated: "  after CALL by pid N (NAME), which made pid N", without the
// name, which a program may choose.
std::string call_of_violation(const std::vector<std::string>& lines) {
    static const std::regex after(R"(  after (.*) by pid ([0-9]+) \(.*\)(, which made pid [0-9]+)?)");
    for (const auto& line : lines)
        if (std::smatch found; std::regex_match(line, found, after))
            return fmt::format("{} by pid {}{}", found[1].str(), found[2].str(), found[3].str());
    return "no call";
}

// What Bochs itself complained about: the line after its "exiting with the following message", or its last
// words.
std::string bochs_complaint(const std::string& errors) {
    static const std::regex fatal("(?:following message:\\s*|>>PANIC<< *)([^\\n]*)");
    std::smatch found;
    if (std::regex_search(errors, found, fatal)) return found[1];
    const auto end = errors.find_last_not_of("=\n ");
    if (end == std::string::npos) return "it said nothing";
    const auto begin = errors.find_last_of('\n', end);
    return errors.substr(begin + 1, end - begin);
}

std::string death(int status) {
    return status < 0 ? fmt::format("killed by signal {}", -status) : fmt::format("exit status {}", status);
}

// The machine was switched off in good order: the verdict must be the last line, the program's status the one
// before.
Judgement judge_power_off(const std::vector<std::string>& lines, bool checks_off) {
    static const std::regex held("verdict: all [0-9]+ invariants held over [0-9]+ checks");
    static const std::regex not_checked(R"(verdict: none, the checks were off \(check=off\))");
    const std::regex& verdict = checks_off ? not_checked : held;
    static const std::regex power_off("power-off: init, status ([0-9]{1,3})");
    if (lines.empty() || !std::regex_match(lines.back(), verdict))
        return {Ending::no_verdict,
                "no verdict: the machine was switched off and the kernel's last line is not it"};
    std::smatch found;
    if (lines.size() < 2 || !std::regex_match(lines[lines.size() - 2], found, power_off))
        return {Ending::no_verdict, "no verdict: the line before it does not say how the program ended"};
    const int status = std::atoi(found[1].str().c_str());
    if (status == 0) return {Ending::good, {}};
    const int signal = status - signal_base;
    if (signal < 1 || signal > most_signal)
        return {Ending::program_failed, fmt::format("program exited with status {}", status)};
    const char* name = ::sigabbrev_np(signal);
    return {Ending::program_killed, fmt::format("program killed by signal {} ({}{})", signal,
                                                name ? "SIG" : "", name ? name : "real-time")};
}

Judgement judge_plainly(const Observations& seen, const Expectations& expected) {
    if (const auto* line = find_line(seen.kernel_lines, panic_mark)) return {Ending::panic, *line};
    if (const auto names = violated(seen.kernel_lines); !names.empty())
        return {Ending::violation, fmt::format("violation: {}", fmt::join(names, ", "))};
    if (contains(seen.errors, triple_fault_words)) {
        const char* when = seen.kernel_lines.empty() ? ", before the kernel said anything" : "";
        return {Ending::triple_fault, fmt::format("triple fault{}", when)};
    }
    if (seen.interrupted) return {Ending::interrupted, "interrupted"};
    if (seen.host_time_over)
        return {Ending::host_time, fmt::format("host time: not over after {} s", expected.host_seconds)};
    if (contains(seen.plain, tick_limit_words))
        return {Ending::tick_limit,
                fmt::format("tick limit {} hit: the run would not end", expected.tick_limit)};
    if (const auto complaint = boot_complaint(seen.plain); !complaint.empty() && seen.kernel_lines.empty())
        return {Ending::boot_failure, "boot failure: " + complaint};
    if (contains(seen.errors, shutdown_words)) return judge_power_off(seen.kernel_lines, expected.checks_off);
    return {Ending::bochs_failed,
            fmt::format("Bochs itself failed ({}): {}", death(seen.status), bochs_complaint(seen.errors))};
}

} // namespace

Judgement judge(const Observations& seen, const Expectations& expected) {
    Judgement plain = judge_plainly(seen, expected);
    if (!expected.violations) return plain;

    const auto names = violated(seen.kernel_lines);
    const bool nothing_violated = plain.ending == Ending::good || plain.ending == Ending::program_failed;
    if (plain.ending != Ending::violation && !nothing_violated) return plain;
    const std::string call = nothing_violated ? "" : call_of_violation(seen.kernel_lines);
    if (!nothing_violated && names == *expected.violations) {
        if (!expected.call || call == *expected.call)
            return {Ending::good, fmt::format("as predicted, violated: {}{}", fmt::join(names, ", "),
                                              expected.call ? ", after " + call : "")};
        return {Ending::not_predicted,
                fmt::format("as predicted, violated: {}; but predicted after {}, and it was after {}",
                            fmt::join(names, ", "), *expected.call, call)};
    }
    return {Ending::not_predicted,
            fmt::format("predicted to be violated: {}; violated: {}", fmt::join(*expected.violations, ", "),
                        names.empty() ? "none" : fmt::format("{}, after {}", fmt::join(names, ", "), call))};
}

} // namespace forkproof::runner
