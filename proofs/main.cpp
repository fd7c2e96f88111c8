// build/bin/prove: proves the theorems and prints a line each. Status 0 only if all that were asked for are
// proved.
#include "proofs/fingerprint.hpp"
#include "proofs/options.hpp"
#include "proofs/report.hpp"
#include "proofs/run.hpp"
#include "proofs/second_opinion.hpp"
#include "proofs/setting.hpp"
#include "proofs/trusted.hpp"
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace {

using namespace forkproof::proofs;

constexpr int NOT_PROVED = 1;

std::size_t longest_name(const std::vector<Theorem>& theorems) {
    std::size_t width = 0;
    for (const Theorem& theorem : theorems) width = std::max(width, theorem.name.size());
    return width;
}

/// A command that boots this build's kernel, made to boot the one that was asked about.
TheoremReport with_kernel(TheoremReport report, const std::string& kernel) {
    constexpr std::string_view BOOT = "make run ";
    for (std::string& line : report.why)
        if (const auto at = line.find(BOOT); line.starts_with("in Bochs") && at != std::string::npos)
            line.insert(at + BOOT.size(), fmt::format("KERNEL={} ", kernel));
    return report;
}

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    std::fflush(stdout);
}

/// One line on a terminal that says how far the run is; nothing elsewhere.
class ProgressLine {
  public:
    void show(const Progress& now) const {
        if (!terminal_) return;
        std::string text = fmt::format("{} of {}: {}", now.done, now.all, fmt::join(now.running, ", "));
        if (text.size() > 78) text = text.substr(0, 75) + "...";
        fmt::print(stderr, "\r\033[K{}", now.done == now.all ? "" : text);
        std::fflush(stderr);
    }
    void clear() const {
        if (terminal_) fmt::print(stderr, "\r\033[K");
    }

  private:
    bool terminal_ = ::isatty(STDERR_FILENO) != 0;
};

/// Without the memory of a boot there is nothing to ask of it.
void leave_out_what_needs_a_boot(std::vector<Theorem>& theorems) {
    const auto needs = [](const Theorem& t) { return t.needs_boot; };
    for (const Theorem& theorem : theorems)
        if (needs(theorem))
            fmt::print("left out: {}: it reads the memory of a boot of this kernel (--boot-memory)\n",
                       theorem.name);
    std::erase_if(theorems, needs);
}

int list(const std::vector<Theorem>& theorems) {
    for (const Theorem& theorem : theorems)
        fmt::print("{:<{}}  {}{}\n", theorem.name, longest_name(theorems), theorem.sentence,
                   theorem.only_in_full ? " (full check)" : "");
    return 0;
}

/// Proofs are made without it too, so this is no error.
void say_if_nothing_is_remembered(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || ::access(folder.c_str(), W_OK) != 0)
        fmt::print(stderr, "prove: cannot write to {}: proofs are not remembered\n", folder);
}

int prove(const std::vector<Theorem>& theorems, const Options& wish) {
    const auto start = std::chrono::steady_clock::now();
    const bool needs_image =
        std::any_of(theorems.begin(), theorems.end(), [](const Theorem& t) { return t.needs_image; });
    const Start made = make_setting(wish, needs_image);
    std::ofstream json;
    if (!wish.json.empty()) {
        json.open(wish.json);
        if (!json) throw CannotStart("cannot write " + wish.json);
    }
    say_if_nothing_is_remembered(wish.cache);
    const Cache cache(wish.cache, prover_fingerprint(), made.image, wish.full);
    const std::size_t width = longest_name(theorems);
    const ProgressLine progress;
    RunOptions options;
    options.jobs = wish.jobs;
    options.cache = &cache;
    // examples and obligations come out of a proof that is made, not out of one that is remembered
    options.fresh = wish.fresh || wish.details || !wish.smt.empty();
    options.progress = [&](const Progress& now) { progress.show(now); };
    options.done = [&](const Theorem& theorem, const TheoremReport& report) {
        progress.clear();
        const bool others = wish.kernel != Options().kernel;
        print(report_lines(others ? with_kernel(report, wish.kernel) : report, width));
        if (wish.details) print(detail_lines(theorem, report));
    };
    print({header_line(width)});
    const std::vector<TheoremReport> reports = run_theorems(theorems, made.setting, options);
    bool good = all_proved(reports);
    if (!wish.smt.empty()) {
        const SecondOpinion opinion = second_opinion(wish.smt, wish.jobs, wish.cvc5_seconds);
        print(second_opinion_lines(opinion));
        good = good && agrees(opinion);
    }
    print({trusted_line("."), assumptions_line(reports)});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (json.is_open()) json << as_json(theorems, reports, seconds.count());
    if (!wish.junit.empty()) write_junit(wish.junit, theorems, reports);
    print({last_line(reports, seconds.count())});
    return good ? 0 : NOT_PROVED;
}

} // namespace

int main(int count, char** arguments) {
    const ReadOptions read = read_options(count, arguments);
    if (!read.options) return read.status;
    auto theorems = chosen(all_theorems(), *read.options);
    if (!theorems) return BAD_USAGE;
    if (read.options->list) return list(*theorems);
    if (read.options->boot_memory.empty()) leave_out_what_needs_a_boot(*theorems);
    try {
        return prove(*theorems, *read.options);
    } catch (const CannotStart& error) {
        fmt::print(stderr, "prove: {}\n", error.what());
        return BAD_USAGE;
    }
}
