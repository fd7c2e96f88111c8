// build/bin/mutants: plants faults in the kernel's machine code and source, and sees whether the theorems
// refute them. Status 0 only if they do.
#include "proofs/mutants/summary.hpp"
#include "proofs/mutants/trial.hpp"
#include "proofs/mutants/witnesses.hpp"
#include "proofs/setting.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <limits>

namespace {

using namespace forkproof::proofs;
using namespace forkproof::proofs::mutants;

constexpr int NOT_GOOD_ENOUGH = 1;

struct Wish {
    TrialWish trial;
    std::string out, only;
    bool list = false;
    std::vector<std::string> merge;
};

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    std::fflush(stdout);
}

int tell(const Results& results, const std::string& out) {
    if (!out.empty() && !(std::ofstream(out) << as_json(results))) throw CannotStart("cannot write " + out);
    print(summary(results));
    return shortcomings(results).empty() ? 0 : NOT_GOOD_ENOUGH;
}

int tell_one(const Trial& trial, const std::string& name) {
    std::vector<std::string> lines;
    const MutantResult result = trial.only(name, lines);
    print({fmt::format("{}: {} ({})", result.name, result.words, result.line)});
    print(lines);
    print({fmt::format("{}: {}", fate_word(result.fate), result.why)});
    return result.fate == Fate::refuted || result.fate == Fate::equivalent ? 0 : NOT_GOOD_ENOUGH;
}

int work(const Wish& wish) {
    if (!wish.merge.empty()) {
        std::vector<Results> parts;
        for (const std::string& file : wish.merge) parts.push_back(from_json(content_of(file), file));
        return tell(merge(parts), wish.out);
    }
    const TrialWish& trial_wish = wish.trial;
    Trial trial(trial_wish);
    if (!wish.only.empty()) return tell_one(trial, wish.only);
    if (trial_wish.find_witnesses) {
        const Results found = trial.find_witnesses();
        write_witnesses(trial_wish.edits + "/witnesses", witnesses_in(found));
        return tell(found, wish.out);
    }
    if (!wish.list) return tell(trial.all(), wish.out);
    print(trial.names());
    return 0;
}

/// "2/4"; nothing else.
bool read_part(const std::string& word, TrialWish& wish) {
    int end = 0;
    if (std::sscanf(word.c_str(), "%u/%u%n", &wish.part, &wish.parts, &end) != 2) return false;
    return word.size() == static_cast<std::size_t>(end) && wish.part >= 1 && wish.part <= wish.parts;
}

} // namespace

int main(int argc, char** argv) {
    Wish wish;
    TrialWish& trial = wish.trial;
    trial.workers.processes = 2;
    std::string part;
    unsigned seconds = static_cast<unsigned>(trial.workers.limit.count());
    CLI::App app{"Plants faults in the kernel and sees whether the theorems refute them.", "mutants"};
    app.add_option("--build", trial.build, "where the kernel was built")->capture_default_str();
    app.add_option("--edits", trial.edits, "the folder of faults in the source")->capture_default_str();
    app.add_option("--jobs", trial.workers.processes, "how many at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 1024));
    app.add_option("--seconds", seconds, "of processor time for one mutant")
        ->capture_default_str()
        ->check(CLI::Range(1, 86400));
    app.add_option("--count", trial.count, "machine-code mutants")->capture_default_str();
    app.add_option("--sample", trial.sample, "only this many of them, and an eighth as many of the source");
    app.add_option("--theorems", trial.theorems, "judge by these alone: names, or how they begin");
    app.add_flag("--no-source", trial.no_source, "no faults in the source");
    app.add_flag("--no-machine", trial.no_machine, "no faults in the machine code");
    app.add_option("--shard", part, "i/n: the i-th of n parts, i from 1");
    app.add_option("--out", wish.out, "a file for the results, as JSON");
    app.add_option("--merge", wish.merge, "files of results of all parts: tell them as one");
    app.add_option("--only", wish.only, "one mutant, with all that the theorems say of it");
    app.add_flag("--find-witnesses", trial.find_witnesses,
                 "find a mutant that each theorem alone refutes, and write EDITS/witnesses (takes long)");
    app.add_flag("--list", wish.list, "name all mutants");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : BAD_USAGE;
    }
    if (trial.find_witnesses) trial.count = std::numeric_limits<std::size_t>::max();
    trial.workers.limit = std::chrono::seconds(seconds);
    if (!part.empty() && !read_part(part, trial)) {
        fmt::print(stderr, "mutants: --shard {}: say which part of how many, as 1/4\n", part);
        return BAD_USAGE;
    }
    try {
        return work(wish);
    } catch (const std::exception& error) { // CannotStart, BadEdit, BadResults, BadImage: one line each
        fmt::print(stderr, "mutants: {}\n", error.what());
        return BAD_USAGE;
    }
}
