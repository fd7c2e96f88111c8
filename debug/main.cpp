// forkproof-run: boots the kernel in Bochs once, shows what it says, and judges how it ended.

#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "debug/run.hpp"

namespace runner = forkproof::runner;

namespace {

using runner::Ending;

constexpr unsigned long long default_tick_limit = 3'000'000'000; // a minute of the emulated machine's time
constexpr unsigned default_host_seconds = 600;
constexpr unsigned default_memory = 64; // as in bochsrc

std::set<std::string> split_names(const std::string& list) {
    std::set<std::string> names;
    std::stringstream stream(list);
    for (std::string name; std::getline(stream, name, ',');)
        if (!name.empty()) names.insert(name);
    return names;
}

int finish(const runner::Judgement& judgement) {
    std::fflush(stdout);
    if (!judgement.words.empty()) {
        const bool good = judgement.ending == Ending::good;
        const char* mark = good ? "" : judgement.ending == Ending::refused ? "refused: " : "failed: ";
        fmt::print(good ? stdout : stderr, "{}{}\n", mark, judgement.words);
    }
    return static_cast<int>(judgement.ending);
}

int refuse(const char* words) { return finish({Ending::refused, words}); }

} // namespace

int main(int argc, char** argv) {
    runner::Request request;
    std::string expected, expected_call;
    bool debug = false, break_debug = false;

    CLI::App app{"Boots the kernel in Bochs, shows what it says, and judges how it ended."};
    app.option_defaults()->always_capture_default();
    request.build = "build";
    request.machine = {.bochsrc = "bochsrc",
                       .symbols = {},
                       .memory_megabytes = default_memory,
                       .tick_limit = default_tick_limit,
                       .dump_file = {}};
    request.host_seconds = default_host_seconds;
    app.add_option("--build", request.build, "the build folder; files not named are taken from there");
    app.add_option("--bochsrc", request.machine.bochsrc, "the machine");
    app.add_option("--sector", request.sector, "the boot sector, else BUILD/boot/sector.bin");
    app.add_option("--loader", request.loader, "the loader, else BUILD/boot/loader.bin");
    app.add_option("--kernel", request.kernel, "the kernel, else BUILD/kernel.boot.elf");
    app.add_option("--initrd", request.initrd, "the initrd, else BUILD/initrd.cpio");
    app.add_option("--symbols", request.machine.symbols, "for the debugger, else BUILD/kernel.sym");
    app.add_option("--image", request.ready_image, "boot this image as it is");
    app.add_option("--cmdline", request.cmdline, "the kernel command line");
    app.add_option("--program", request.program, "a static i386 ELF file to run as /program");
    app.add_option("--args", request.args, "its arguments");
    app.add_option("--ticks", request.machine.tick_limit, "the emulated machine's limit, in instructions");
    app.add_option("--host-seconds", request.host_seconds, "the host's limit, in seconds");
    app.add_option("--memory", request.machine.memory_megabytes, "the emulated machine's memory, in MB");
    app.add_option("--transcript", request.transcript, "keep what was shown in this file");
    app.add_option("--program-output", request.program_output, "keep what programs wrote in this file");
    app.add_option("--com1", request.serial, "keep what came out of the serial line in this file");
    app.add_option("--bochs-log", request.bochs_log, "keep Bochs's own log in this file");
    app.add_option("--json", request.json, "say how it ended in this file, as JSON");
    app.add_option("--junit", request.junit, "say how it ended in this file, as JUnit's XML");
    app.add_option("--expect-violation", expected, "good only if exactly these invariants fail (A,B)");
    app.add_option("--expect-after", expected_call, "... and after this call, as the kernel says it");
    app.add_option("--script", request.script, "play this witness script");
    app.add_flag("--without-rule", request.without_rule,
                 "switch the script's rule off: good only if what it predicts happens");
    app.add_option("--dump-memory", request.machine.dump_file,
                   "boot up to the instruction --dump-at, and keep the memory in this file");
    app.add_option("--dump-at", request.machine.dump_at, "an address in the kernel");
    app.add_flag("--debug", debug, "open Bochs's debugger at 0x7c00");
    app.add_flag("--break-debug", break_debug, "open Bochs's debugger where the kernel stops itself");
    app.add_flag("--verbose", request.verbose, "show what Bochs itself says, on standard error");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) ? static_cast<int>(Ending::refused) : 0;
    }

    const auto from_build = [&](std::string& file, const char* name) {
        if (file.empty()) file = request.build + "/" + name;
    };
    from_build(request.sector, "boot/sector.bin");
    from_build(request.loader, "boot/loader.bin");
    from_build(request.kernel, "kernel.boot.elf");
    from_build(request.initrd, "initrd.cpio");
    from_build(request.machine.symbols, "kernel.sym");
    if (!expected.empty()) request.expected_violations = split_names(expected);
    if (!expected_call.empty()) request.expected_call = expected_call;
    if (request.without_rule && request.script.empty()) return refuse("--without-rule needs a --script");
    if (debug) request.machine.mode = runner::Mode::debug;
    if (break_debug) request.machine.mode = runner::Mode::break_debug;

    if (!request.machine.dump_file.empty()) request.machine.mode = runner::Mode::dump;

    try {
        return finish(runner::run(request));
    } catch (const std::exception& error) {
        return refuse(error.what());
    }
}
