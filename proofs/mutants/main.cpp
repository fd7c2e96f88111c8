// build/bin/mutants: plants faults in the kernel's machine code and source, and sees whether the theorems
// refute them. Status 0 only if they do.
#include "proofs/fingerprint.hpp"
#include "proofs/mutants/choose.hpp"
#include "proofs/mutants/explained.hpp"
#include "proofs/mutants/judge.hpp"
#include "proofs/mutants/summary.hpp"
#include "proofs/setting.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace {

using namespace forkproof::proofs;
using namespace forkproof::proofs::mutants;

constexpr int NOT_GOOD_ENOUGH = 1;

struct Wish {
    std::string build = "build", edits = "tests/mutants", out, only;
    unsigned jobs = 2;
    unsigned seconds = 60; ///< for one mutant
    std::size_t count = 1200, sample = 0;
    unsigned part = 1, parts = 1;
    bool list = false, no_source = false, no_machine = false;
    std::vector<std::string> merge, theorems;
};

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    std::fflush(stdout);
}

/// All that there are to judge, and how.
class Run {
  public:
    explicit Run(const Wish& wish) : wish_(wish) {
        Options options;
        options.kernel = wish.build + "/kernel.elf";
        const Start start = make_setting(options, true);
        BaselineResult proved =
            prove_baseline(start.setting, wish.theorems, wish.build + "/mutants/baseline.json", workers());
        if (!proved.wrong.empty()) {
            print(proved.wrong);
            throw CannotStart("mutants are judged by theorems that hold; `make prove` says why these do not");
        }
        baseline_ = std::move(proved.baseline);
        const std::vector<CoveredInstruction> code = covered_code(baseline_);
        if (wish.theorems.empty()) unreached_ = unexplained(code, *start.setting.image);
        if (!wish.no_machine) machine_ = choose(code, baseline_, wish.count);
        if (!wish.no_source) source_ = read_edits_of_folder(wish.edits);
        if (!wish.no_source) kernel_build_.emplace(wish.build);
        if (wish.sample != 0) machine_ = sample(machine_, wish.sample);
        if (wish.sample != 0) source_ = sample(source_, wish.sample / 8 + 1);
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> lines;
        for (const Mutation& m : machine_)
            lines.push_back(fmt::format("{}  {}  {}", m.name, m.line, m.words));
        for (const SourceMutant& m : source_)
            lines.push_back(fmt::format("{}  {}  tests/mutants/{}", m.name, m.file, m.listed));
        return lines;
    }

    /// One mutant, with all that the theorems say of it.
    [[nodiscard]] int only(const std::string& name) const {
        std::vector<std::string> lines;
        for (const Mutation& m : machine_)
            if (m.name == name) return tell(judge(m, baseline_, &lines), lines);
        for (const SourceMutant& m : source_)
            if (m.name == name) return tell(judge(m, *kernel_build_, baseline_, &lines), lines);
        throw CannotStart(fmt::format("no mutant is called '{}'; --list names them", name));
    }

    [[nodiscard]] Results all() const {
        Results results;
        results.about = hex(baseline_.setting.image->hash()) + " " + prover_fingerprint();
        results.part = wish_.part;
        results.parts = wish_.parts;
        results.machine = machine_.size();
        results.source = source_.size();
        results.sample = wish_.sample != 0 || wish_.no_source || wish_.no_machine || !wish_.theorems.empty();
        for (const Theorem& theorem : baseline_.theorems) results.theorems.push_back(theorem.name);
        results.unreached = unreached_;

        std::vector<std::size_t> mine; // source-level ones first: they take longer
        for (std::size_t i = 0; i < machine_.size() + source_.size(); i++)
            if (i % wish_.parts + 1 == wish_.part) mine.push_back(i);
        results.mutants.resize(mine.size());
        std::size_t done = 0;
        run_workers(
            mine.size(), workers(), [&](std::size_t i) { return to_text(judged(mine[i])); },
            [&](std::size_t i, const WorkerResult& ended) {
                results.mutants[i] = ended.end == WorkerResult::End::finished ? from_text(ended.text)
                                                                              : lost(mine[i], ended.text);
                if (::isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K{} of {}", ++done, mine.size());
            });
        if (::isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
        return results;
    }

  private:
    [[nodiscard]] WorkerOptions workers() const { return {wish_.jobs, std::chrono::seconds(wish_.seconds)}; }

    [[nodiscard]] MutantResult judged(std::size_t i) const {
        return i < source_.size() ? judge(source_[i], *kernel_build_, baseline_)
                                  : judge(machine_[i - source_.size()], baseline_);
    }

    [[nodiscard]] MutantResult lost(std::size_t i, const std::string& why) const {
        MutantResult result;
        result.source = i < source_.size();
        result.why = why;
        if (result.source) {
            result.name = source_[i].name;
            result.kind = source_[i].kind;
            result.line = source_[i].file;
            result.words = "tests/mutants/" + source_[i].listed;
        } else {
            const Mutation& m = machine_[i - source_.size()];
            result.name = m.name;
            result.kind = m.kind;
            result.line = m.line;
            result.words = m.words;
        }
        return result;
    }

    static int tell(const MutantResult& result, const std::vector<std::string>& lines) {
        print({fmt::format("{}: {} ({})", result.name, result.words, result.line)});
        print(lines);
        print({fmt::format("{}: {}", fate_word(result.fate), result.why)});
        return result.fate == Fate::refuted || result.fate == Fate::equivalent ? 0 : NOT_GOOD_ENOUGH;
    }

    const Wish& wish_;
    Baseline baseline_;
    std::vector<std::string> unreached_;
    std::vector<Mutation> machine_;
    std::vector<SourceMutant> source_;
    std::optional<KernelBuild> kernel_build_;
};

int report(const Results& results, const std::string& out) {
    if (!out.empty() && !(std::ofstream(out) << as_json(results))) throw CannotStart("cannot write " + out);
    print(summary(results));
    return shortcomings(results).empty() ? 0 : NOT_GOOD_ENOUGH;
}

int work(const Wish& wish) {
    if (!wish.merge.empty()) {
        std::vector<Results> parts;
        for (const std::string& file : wish.merge) parts.push_back(from_json(content_of(file), file));
        return report(merge(parts), wish.out);
    }
    const Run run(wish);
    if (wish.list) {
        print(run.names());
        return 0;
    }
    return wish.only.empty() ? report(run.all(), wish.out) : run.only(wish.only);
}

/// "2/4"; nothing else.
bool read_part(const std::string& word, Wish& wish) {
    unsigned part = 0, parts = 0;
    int end = 0;
    if (std::sscanf(word.c_str(), "%u/%u%n", &part, &parts, &end) != 2) return false;
    if (word.size() != static_cast<std::size_t>(end) || part < 1 || part > parts) return false;
    wish.part = part;
    wish.parts = parts;
    return true;
}

} // namespace

int main(int argc, char** argv) {
    Wish wish;
    std::string part;
    CLI::App app{"Plants faults in the kernel and sees whether the theorems refute them.", "mutants"};
    app.add_option("--build", wish.build, "where the kernel was built")->capture_default_str();
    app.add_option("--edits", wish.edits, "the folder of faults in the source")->capture_default_str();
    app.add_option("--jobs", wish.jobs, "how many at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 1024));
    app.add_option("--seconds", wish.seconds, "for one mutant")
        ->capture_default_str()
        ->check(CLI::Range(1, 86400));
    app.add_option("--count", wish.count, "machine-code mutants")->capture_default_str();
    app.add_option("--sample", wish.sample, "only this many of them, and an eighth as many of the source");
    app.add_option("--shard", part, "i/n: the i-th of n parts, i from 1");
    app.add_option("--out", wish.out, "a file for the results, as JSON");
    app.add_option("--merge", wish.merge, "files of results of all parts: tell them as one");
    app.add_option("--theorems", wish.theorems, "judge by these alone: names, or how they begin");
    app.add_option("--only", wish.only, "one mutant, with all that the theorems say of it");
    app.add_flag("--list", wish.list, "name all mutants");
    app.add_flag("--no-source", wish.no_source, "no faults in the source");
    app.add_flag("--no-machine", wish.no_machine, "no faults in the machine code");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : BAD_USAGE;
    }
    if (!part.empty() && !read_part(part, wish)) {
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
