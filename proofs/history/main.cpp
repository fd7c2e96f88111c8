// build/bin/history: linux-2.6.33 refuted, defect by defect, and the rules of two kernels compared. It reads
// the data of invariants/ only, so it needs no kernel. Status 0: all refuted, or the kernels compared; 1: not
// so; 2: what was asked for cannot be done.
#include "proofs/history/kernels.hpp"
#include "proofs/history/told.hpp"
#include "proofs/options.hpp"
#include "proofs/theorem.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace forkproof::proofs;

constexpr int NOT_REFUTED = 1;

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    fmt::print("\n");
}

int compare(const std::string& from, const std::string& to) {
    const auto one = known_version(from), other = known_version(to);
    if (!one || !other) {
        fmt::print(stderr,
                   "history: the rows of linux-{} are not known; those of 2.6.24 to 2.6.39 and 3.0 to "
                   "6.1 are, as 2.6.33, 3.8 or 6.1\n",
                   one ? to : from);
        return forkproof::proofs::BAD_USAGE;
    }
    print(comparison_lines(compare_kernels(shipped_rule_history(), *one, *other)));
    return 0;
}

int refute() {
    const std::vector<Told> all = refute_2_6_33(ladder_of_2_6_33(), shipped_rule_history());
    for (const Told& told : all) print(told_lines(told));
    fmt::print("{}\n", told_last_line(all));
    return all_refuted(all) ? 0 : NOT_REFUTED;
}

} // namespace

int main(int count, char** arguments) {
    std::string from, to;
    CLI::App app("Refutes the rules and the clean-up of linux-2.6.33, and compares the rules of two kernels.",
                 "history");
    app.add_option("--from", from, "a kernel: 2.6.33 if only --to is given");
    app.add_option("--to", to, "another: 6.1 if only --from is given");
    CLI11_PARSE(app, count, arguments);
    try {
        if (!from.empty() || !to.empty())
            return compare(from.empty() ? "2.6.33" : from, to.empty() ? "6.1" : to);
        if (const int status = compare("2.6.33", "6.1"); status != 0) return status;
        return refute();
    } catch (const NotProved& failure) {
        for (const std::string& line : failure.lines) fmt::print(stderr, "history: {}\n", line);
        return NOT_REFUTED;
    }
}
