// build/bin/history: linux-2.6.33 refuted, defect by defect, and the rules of two kernels compared. It reads
// the data of invariants/ only, so it needs no kernel. Status 0: all refuted, or the kernels compared; 1: not
// so; 2: what was asked for cannot be done.
#include "proofs/history/json.hpp"
#include "proofs/options.hpp"
#include "proofs/theorem.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <optional>

namespace {

using namespace forkproof::proofs;

constexpr int NOT_REFUTED = 1;

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    fmt::print("\n");
}

/// Nothing if a version is not known: that has been said then.
std::optional<Comparison> compare(const std::string& from, const std::string& to) {
    const auto one = known_version(from), other = known_version(to);
    if (!one || !other) {
        fmt::print(stderr,
                   "history: the rows of linux-{} are not known; those of 2.6.24 to 2.6.39 and 3.0 to 6.1 "
                   "are, as 2.6.33, 3.8 or 6.1\n",
                   one ? to : from);
        return {};
    }
    return compare_kernels(shipped_rule_history(), *one, *other);
}

int run(const std::string& from, const std::string& to, const std::string& json) {
    const auto compared = compare(from.empty() ? "2.6.33" : from, to.empty() ? "6.1" : to);
    if (!compared) return BAD_USAGE;
    std::ofstream file;
    if (!json.empty()) {
        file.open(json);
        if (!file) {
            fmt::print(stderr, "history: cannot write {}\n", json);
            return BAD_USAGE;
        }
    }
    print(comparison_lines(*compared));
    std::vector<Told> all;
    const bool only_compare = !from.empty() || !to.empty();
    if (!only_compare) all = refute_2_6_33(ladder_of_2_6_33(), shipped_rule_history());
    for (const Told& told : all) print(told_lines(told));
    if (file.is_open()) file << history_json(*compared, all);
    if (only_compare) return 0;
    fmt::print("{}\n", told_last_line(all));
    return all_refuted(all) ? 0 : NOT_REFUTED;
}

} // namespace

int main(int count, char** arguments) {
    std::string from, to, json;
    CLI::App app("Refutes the rules and the clean-up of linux-2.6.33, and compares the rules of two kernels.",
                 "history");
    app.add_option("--from", from, "a kernel: 2.6.33 if only --to is given");
    app.add_option("--to", to, "another: 6.1 if only --from is given");
    app.add_option("--json", json, "write the same to this file");
    CLI11_PARSE(app, count, arguments);
    try {
        return run(from, to, json);
    } catch (const NotProved& failure) {
        for (const std::string& line : failure.lines) fmt::print(stderr, "history: {}\n", line);
        return NOT_REFUTED;
    }
}
