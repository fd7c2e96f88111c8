#include "proofs/report.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs {

std::string header_line(std::size_t name_width) {
    return fmt::format("{:<{}}  {:<8} {:>7} {:>8}", "theorem", name_width, "result", "queries", "time");
}

std::vector<std::string> report_lines(const TheoremReport& report, std::size_t name_width) {
    std::vector<std::string> lines{fmt::format("{:<{}}  {:<8} {:>7} {:>6.2f} s", report.name, name_width,
                                               outcome_word(report.outcome), report.queries, report.seconds)};
    for (const std::string& reason : report.why) lines.push_back("    " + reason);
    return lines;
}

std::vector<std::string> detail_lines(const Theorem& theorem, const TheoremReport& report) {
    std::vector<std::string> lines{"    \"" + theorem.sentence + "\""};
    for (const std::string& step : report.log) lines.push_back("    " + step);
    return lines;
}

std::string last_line(const std::vector<TheoremReport>& reports, double seconds) {
    const auto proved = std::count_if(reports.begin(), reports.end(),
                                      [](const TheoremReport& r) { return r.outcome == Outcome::proved; });
    return fmt::format("proved: {} of {} theorems in {:.1f} s", proved, reports.size(), seconds);
}

bool all_proved(const std::vector<TheoremReport>& reports) {
    return !reports.empty() && std::all_of(reports.begin(), reports.end(), [](const TheoremReport& r) {
        return r.outcome == Outcome::proved;
    });
}

} // namespace forkproof::proofs
