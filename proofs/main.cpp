// build/bin/prove: proves the theorems and prints a line each. Status 0 only if all that were asked for are
// proved.
#include "proofs/report.hpp"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <optional>
#include <string_view>

namespace {

using namespace forkproof::proofs;

constexpr int NOT_PROVED = 1;
constexpr int BAD_USAGE = 2;

constexpr const char* USAGE = R"(usage: prove [--list] [--details] [NAME...]
  NAME        a theorem or the beginning of names: counts/default, precedence
  --list      the theorems and what they claim
  --details   also what each assumes and asks, with an example of each
)";

struct Wish {
    bool list = false, details = false;
    std::vector<std::string> names;
};

/// Nothing if an argument is not understood; what is wrong has been said then.
std::optional<Wish> read_arguments(int count, char** arguments) {
    Wish wish;
    for (int i = 1; i < count; i++) {
        const std::string_view word = arguments[i];
        if (word == "--list")
            wish.list = true;
        else if (word == "--details")
            wish.details = true;
        else if (word == "--help") {
            fmt::print("{}", USAGE);
            std::exit(0);
        } else if (word.starts_with("-") || word.empty()) {
            fmt::print(stderr, "prove: unknown argument '{}'\n{}", word, USAGE);
            return {};
        } else
            wish.names.emplace_back(word);
    }
    return wish;
}

/// The theorems with these names or beginnings of names, in order; all if no name is given.
std::optional<std::vector<Theorem>> chosen(const std::vector<std::string>& names) {
    const std::vector<Theorem> all = all_theorems();
    auto matches = [](const Theorem& t, const std::string& name) { return t.name.starts_with(name); };
    for (const std::string& name : names)
        if (std::none_of(all.begin(), all.end(), [&](const Theorem& t) { return matches(t, name); })) {
            fmt::print(stderr, "prove: no theorem is called '{}'; `build/bin/prove --list` names them\n",
                       name);
            return {};
        }
    std::vector<Theorem> picked;
    for (const Theorem& theorem : all)
        if (names.empty() || std::any_of(names.begin(), names.end(),
                                         [&](const std::string& name) { return matches(theorem, name); }))
            picked.push_back(theorem);
    return picked;
}

std::size_t longest_name(const std::vector<Theorem>& theorems) {
    std::size_t width = 0;
    for (const Theorem& theorem : theorems) width = std::max(width, theorem.name.size());
    return width;
}

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
}

} // namespace

int main(int count, char** arguments) {
    const std::optional<Wish> wish = read_arguments(count, arguments);
    if (!wish) return BAD_USAGE;
    const auto theorems = chosen(wish->names);
    if (!theorems) return BAD_USAGE;
    const std::size_t width = longest_name(*theorems);
    if (wish->list) {
        for (const Theorem& theorem : *theorems)
            fmt::print("{:<{}}  {}\n", theorem.name, width, theorem.sentence);
        return 0;
    }
    const auto start = std::chrono::steady_clock::now();
    const RuleTable table = shipped_rule_table();
    ProofOptions options;
    options.examples = wish->details;
    std::vector<TheoremReport> reports;
    fmt::print("{}\n", header_line(width));
    for (const Theorem& theorem : *theorems) {
        reports.push_back(run_theorem(theorem, table, options));
        print(report_lines(reports.back(), width));
        if (wish->details) print(detail_lines(theorem, reports.back()));
        std::fflush(stdout);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("{}\n", last_line(reports, seconds.count()));
    return all_proved(reports) ? 0 : NOT_PROVED;
}
