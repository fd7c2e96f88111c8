#include "debug/told.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "debug/junit.hpp"

namespace forkproof::runner {
namespace {

std::uint64_t number(const std::string& digits) { return std::stoull(digits); }

// "  boot              166   leader            166   listed            166"
bool read_invariants(const std::string& line, std::vector<Checked>& into) {
    static const std::regex row("(?: *[a-z][a-z0-9-]* +[0-9]+)+");
    static const std::regex cell("([a-z][a-z0-9-]*) +([0-9]+)");
    if (!std::regex_match(line, row)) return false;
    for (std::sregex_iterator i(line.begin(), line.end(), cell), end; i != end; ++i)
        into.push_back({(*i)[1], number((*i)[2])});
    return true;
}

std::vector<Checked> invariants_of(const std::vector<std::string>& lines) {
    std::vector<Checked> all;
    bool inside = false;
    for (const std::string& line : lines)
        if (inside) {
            if (!read_invariants(line, all)) break;
        } else
            inside = line.starts_with("invariants, and how often each was checked:");
    return all;
}

std::vector<Violation> violations_of(const std::vector<std::string>& lines) {
    static const std::regex found("violation: ([^ :]+): (.*)");
    std::vector<Violation> all;
    std::smatch part;
    std::size_t told = 0; // those whose call has been said
    for (const std::string& line : lines)
        if (std::regex_match(line, part, found))
            all.push_back({part[1], part[2], {}});
        else if (line.starts_with("  after "))
            for (; told < all.size(); told++) all[told].after = line.substr(std::string("  after ").size());
    return all;
}

bool is_violated(const Told& told, const std::string& name) {
    return std::any_of(told.violations.begin(), told.violations.end(),
                       [&](const Violation& v) { return v.name == name; });
}

std::string words_of(const Judgement& judgement) {
    if (!judgement.words.empty()) return judgement.words;
    return judgement.ending == Ending::good ? "every invariant held" : "failed";
}

} // namespace

Told told_by(const std::vector<std::string>& kernel_lines) {
    static const std::regex series("  (.+?) +failures tried +([0-9]+), [a-z ]+? +([0-9]+), leaks ([0-9]+)");
    static const std::regex totals("processes made ([0-9]+), calls ([0-9]+), ticks ([0-9]+) .*");
    Told told;
    told.violations = violations_of(kernel_lines);
    told.invariants = invariants_of(kernel_lines);
    std::smatch part;
    for (const std::string& line : kernel_lines)
        if (std::regex_match(line, part, series)) {
            told.failures.push_back({part[1], number(part[2]), number(part[3]), number(part[4])});
        } else if (std::regex_match(line, part, totals)) {
            told.processes = number(part[1]);
            told.calls = number(part[2]);
            told.ticks = number(part[3]);
        }
    if (!kernel_lines.empty() && kernel_lines.back().starts_with("verdict: "))
        told.verdict = kernel_lines.back().substr(std::string("verdict: ").size());
    return told;
}

std::string as_json(const Told& told, const Judgement& judgement, const std::string& cmdline) {
    using Json = nlohmann::ordered_json;
    Json violations = Json::array(), invariants = Json::array(), failures = Json::array();
    for (const Violation& v : told.violations)
        violations.push_back({{"name", v.name}, {"sentence", v.sentence}, {"after", v.after}});
    for (const Checked& c : told.invariants) invariants.push_back({{"name", c.name}, {"checked", c.times}});
    for (const Series& s : told.failures)
        failures.push_back({{"name", s.name}, {"tried", s.tried}, {"good", s.good}, {"leaks", s.leaks}});
    const Json all{{"good", judgement.ending == Ending::good},
                   {"status", static_cast<int>(judgement.ending)},
                   {"words", words_of(judgement)},
                   {"verdict", told.verdict},
                   {"cmdline", cmdline},
                   {"processes", told.processes},
                   {"calls", told.calls},
                   {"ticks", told.ticks},
                   {"violations", violations},
                   {"invariants", invariants},
                   {"failures", failures}};
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_junit(const std::string& file, const Told& told, const Judgement& judgement,
                 const std::string& cmdline) {
    const bool good = judgement.ending == Ending::good;
    std::vector<report::Case> cases{
        {"", cmdline.empty() ? "run" : "run " + cmdline, 0, good ? "" : words_of(judgement), told.verdict}};
    for (const Checked& c : told.invariants)
        if (!is_violated(told, c.name))
            cases.push_back({"invariants", c.name, 0, "", fmt::format("checked {} times", c.times)});
    for (const Violation& v : told.violations) {
        const std::string words = fmt::format("{}\nafter {}", v.sentence, v.after);
        // one that was predicted is no failure
        cases.push_back({"invariants", v.name, 0, good ? "" : words, good ? "as predicted: " + words : ""});
    }
    for (const Series& s : told.failures)
        cases.push_back({"failures", s.name, 0,
                         s.good == s.tried && s.leaks == 0
                             ? ""
                             : fmt::format("{} of {} left everything as it was", s.good, s.tried),
                         fmt::format("{} failures tried, leaks {}", s.tried, s.leaks)});
    report::write_junit(file, "forkproof.run", cases);
}

} // namespace forkproof::runner
