#include "proofs/report.hpp"
#include "debug/junit.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace forkproof::proofs {
namespace {

std::size_t count(const std::vector<TheoremReport>& reports, Outcome outcome) {
    return static_cast<std::size_t>(std::count_if(
        reports.begin(), reports.end(), [&](const TheoremReport& r) { return r.outcome == outcome; }));
}

} // namespace

std::string header_line(std::size_t name_width) {
    return fmt::format("{:<{}}  {:<8} {:>6} {:>7} {:>8}", "theorem", name_width, "result", "paths", "queries",
                       "time");
}

std::vector<std::string> report_lines(const TheoremReport& report, std::size_t name_width) {
    const std::string paths = report.paths > 0 ? std::to_string(report.paths) : "-";
    const std::string time = report.cached ? "cached" : fmt::format("{:.2f} s", report.seconds);
    std::vector<std::string> lines{fmt::format("{:<{}}  {:<8} {:>6} {:>7} {:>8}", report.name, name_width,
                                               outcome_word(report.outcome), paths, report.queries, time)};
    for (const std::string& reason : report.why) lines.push_back("    " + reason);
    return lines;
}

std::vector<std::string> detail_lines(const Theorem& theorem, const TheoremReport& report) {
    std::vector<std::string> lines{"    \"" + theorem.sentence + "\""};
    for (const std::string& assumption : report.assumptions) lines.push_back("    assumes " + assumption);
    for (const std::string& step : report.log) lines.push_back("    " + step);
    return lines;
}

std::string assumptions_line(const std::vector<TheoremReport>& reports) {
    std::set<std::string> different;
    for (const TheoremReport& report : reports)
        different.insert(report.assumptions.begin(), report.assumptions.end());
    if (different.empty()) return "assumptions: none";
    // whatever is proved has shown that its assumptions can hold
    return fmt::format("assumptions: {}, {}", different.size(),
                       all_proved(reports) ? "each shown satisfiable"
                                           : "shown satisfiable by the theorems that are proved");
}

std::string last_line(const std::vector<TheoremReport>& reports, double seconds) {
    return fmt::format("proved: {} of {} theorems in {:.1f} s", count(reports, Outcome::proved),
                       reports.size(), seconds);
}

bool all_proved(const std::vector<TheoremReport>& reports) {
    return !reports.empty() && count(reports, Outcome::proved) == reports.size();
}

void write_junit(const std::string& file, const std::vector<Theorem>& theorems,
                 const std::vector<TheoremReport>& reports) {
    std::vector<report::Case> cases;
    for (std::size_t i = 0; i < reports.size(); i++) {
        const TheoremReport& one = reports[i];
        const std::size_t slash = one.name.find('/');
        std::string failure = one.outcome == Outcome::proved ? "" : outcome_word(one.outcome);
        if (!failure.empty())
            for (const std::string& reason : one.why) failure += "\n" + reason;
        cases.push_back({slash == std::string::npos ? "" : one.name.substr(0, slash),
                         slash == std::string::npos ? one.name : one.name.substr(slash + 1), one.seconds,
                         failure, theorems[i].sentence});
    }
    report::write_junit(file, "forkproof.prove", cases);
}

std::string as_json(const std::vector<Theorem>& theorems, const std::vector<TheoremReport>& reports,
                    double seconds) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < reports.size(); i++) {
        const TheoremReport& report = reports[i];
        std::string outcome = outcome_word(report.outcome);
        std::transform(outcome.begin(), outcome.end(), outcome.begin(), ::tolower);
        rows.push_back({{"name", report.name},
                        {"sentence", theorems[i].sentence},
                        {"outcome", outcome},
                        {"paths", report.paths},
                        {"queries", report.queries},
                        {"seconds", report.seconds},
                        {"cached", report.cached},
                        {"assumptions", report.assumptions},
                        {"why", report.why}});
    }
    const nlohmann::ordered_json all{{"theorems", rows},
                                     {"proved", count(reports, Outcome::proved)},
                                     {"refuted", count(reports, Outcome::refuted)},
                                     {"unknown", count(reports, Outcome::unknown)},
                                     {"vacuous", count(reports, Outcome::vacuous)},
                                     {"total", reports.size()},
                                     {"seconds", seconds}};
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace forkproof::proofs
