#include "proofs/options.hpp"
#include <algorithm>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/core.h>
#include <thread>

namespace forkproof::proofs {
namespace {

constexpr const char* DISK_IMAGE = "build/forkproof.img";
constexpr const char* BOOT_MEMORY = "build/boot.mem";
constexpr const char* OBLIGATIONS = "build/obligations";

} // namespace

ReadOptions read_options(int count, char** arguments) {
    Options wish;
    wish.jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App app("Proves theorems about the rule table and the kernel's machine code; a line each.\n"
                 "Status 0: all proved; 1: not all; 2: what was asked for cannot be done.",
                 "prove");
    app.add_option("NAME", wish.names, "theorems, or how their names begin: counts/default, steps");
    const auto* kernel =
        app.add_option("--kernel", wish.kernel, "the kernel's ELF file, with debug information")
            ->capture_default_str();
    app.add_option(
        "--disk-image", wish.disk_image,
        fmt::format("a disk image that must hold the same bytes (without --kernel: {})", DISK_IMAGE));
    app.add_option("--boot-memory", wish.boot_memory,
                   fmt::format("the memory of a boot of this kernel, kept by forkproof-run --dump-memory "
                               "(without --kernel: {})",
                               BOOT_MEMORY));
    app.add_flag("--full", wish.full, "the full check: more theorems, and cvc5's opinion on each obligation");
    app.add_flag("--fresh", wish.fresh, "prove again what was proved of the same bytes");
    app.add_flag("--list", wish.list, "only say what the theorems claim");
    app.add_flag("--details", wish.details, "also what each assumes and asks, with examples");
    app.add_option("--except", wish.except, "not these, or those whose names begin so; may be given again");
    app.add_option("--json", wish.json, "write the reports to this file");
    app.add_option("--junit", wish.junit, "write them to this file as JUnit's XML");
    app.add_option("--jobs", wish.jobs, "theorems at a time")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option(
        "--smt", wish.smt,
        fmt::format("write all obligations there as SMT-LIB and have cvc5 answer them (with --full: {})",
                    OBLIGATIONS));
    app.add_option("--cvc5-seconds", wish.cvc5_seconds, "how long cvc5 may take for one of them")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    app.add_option("--cache", wish.cache, "where proofs are remembered")->capture_default_str();
    try {
        app.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", app.help());
        return {};
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "prove: {}; `build/bin/prove --help` says what there is\n", error.what());
        return {{}, BAD_USAGE};
    }
    if (wish.full && wish.smt.empty()) wish.smt = OBLIGATIONS;
    if (wish.disk_image.empty() && kernel->count() == 0 && std::filesystem::exists(DISK_IMAGE))
        wish.disk_image = DISK_IMAGE;
    if (wish.boot_memory.empty() && kernel->count() == 0) wish.boot_memory = BOOT_MEMORY;
    return {wish, 0};
}

std::optional<std::vector<Theorem>> chosen(const std::vector<Theorem>& all, const Options& options) {
    auto asked_for = [&](const Theorem& theorem) { return options.full || !theorem.only_in_full; };
    for (const std::string& name : options.names) {
        std::size_t found = 0, found_in_full = 0;
        for (const Theorem& theorem : all) {
            if (!theorem.name.starts_with(name)) continue;
            found_in_full++;
            if (asked_for(theorem)) found++;
        }
        if (found > 0) continue;
        if (found_in_full > 0)
            fmt::print(stderr,
                       "prove: '{}' is proved in the full check only: add --full (make prove FULL=1)\n",
                       name);
        else
            fmt::print(stderr, "prove: no theorem is called '{}'; `build/bin/prove --list` names them\n",
                       name);
        return {};
    }
    std::vector<Theorem> picked;
    for (const Theorem& theorem : all) {
        auto begins_so = [&](const std::string& name) { return theorem.name.starts_with(name); };
        if ((asked_for(theorem) || options.list) && std::ranges::none_of(options.except, begins_so) &&
            (options.names.empty() || std::ranges::any_of(options.names, begins_so)))
            picked.push_back(theorem);
    }
    return picked;
}

} // namespace forkproof::proofs
