#include "debug/run.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "debug/bochs.hpp"
#include "debug/frames.hpp"
#include "debug/program.hpp"
#include "debug/tempdir.hpp"
#include "debug/told.hpp"
#include "debug/voices.hpp"
#include "debug/witness.hpp"
#include "kernel/cmdline.hpp"

namespace forkproof::runner {
namespace {

namespace fs = std::filesystem;

// What a person at the debugger reads first.
constexpr const char* debug_greeting =
    "Bochs's debugger, stopped at 0x7c00. Type: s (step)  n (step over)  c (go on)  bt  r (registers)  q "
    "(leave)\n"
    "also: u /9 (the code ahead)  lb \"do_fork\" (breakpoint)  Ctrl-C (stop)  x /8 ADDRESS (memory)  "
    "help\n";
constexpr const char* break_greeting =
    "Runs until the kernel stops itself. Type then: bt (who called)  r (registers)  c (go on)  q (leave)\n"
    "also: print-stack  x /8 ADDRESS (memory)  u /9 (the code ahead)  s (step)  help\n";

// Bochs prints its banner before it stops where the person wants to be; a line with these words ends that.
constexpr std::string_view debug_start = "(0) Breakpoint 1";
constexpr std::string_view break_start = "(0) Magic breakpoint";

// What Bochs says when the person's input ends without `q`.
constexpr std::string_view input_over_words = "fgets() returned ERROR";

// Shows Bochs's own voice to a person at the debugger, from the first stop on.
class DebuggerTalk {
  public:
    explicit DebuggerTalk(std::string_view start) : start_(start) {}
    void operator()(std::string_view text) {
        if (!started_) {
            held_ += text;
            const auto at = held_.find(start_);
            if (at == std::string::npos) return;
            started_ = true;
            text = std::string_view(held_).substr(at);
        }
        std::fwrite(text.data(), 1, text.size(), stdout);
    }

  private:
    std::string_view start_;
    std::string held_;
    bool started_ = false;
};

void add_words(const std::string& words, image::Contents& contents) {
    if (!contents.cmdline.empty() && !words.empty()) contents.cmdline += ' ';
    contents.cmdline += words;
}

void add_files(const std::vector<InitrdFile>& files, image::Contents& contents, const fs::path& folder) {
    const image::Bytes archive = archive_files(files, folder);
    contents.initrd.insert(contents.initrd.end(), archive.begin(), archive.end());
}

// Puts a witness script and its player into the initrd, and what it asks of the machine on the command line.
void add_script(const Request& request, const Witness& witness, image::Contents& contents,
                const fs::path& folder) {
    add_files(witness.files(request.build + "/user/play"), contents, folder);
    add_words(witness.machine(), contents);
    if (request.without_rule) add_words("rules=" + witness.rules_off(), contents);
}

// Puts the user's program into the initrd and its name and arguments on the command line.
void add_program(const Request& request, image::Contents& contents, const fs::path& folder) {
    const image::Bytes program = image::read_file(request.program);
    if (const auto reason = why_not_executable(program); !reason.empty())
        throw image::Error(fmt::format("{}: {}; a static i386 ELF executable is needed; {}", request.program,
                                       reason, how_to_build));
    for (const char* word : {"program=", "args="})
        if ((" " + contents.cmdline).find(std::string(" ") + word) != std::string::npos)
            throw image::Error(fmt::format("PROGRAM goes together with ARGS, not with {} in CMDLINE", word));
    if (request.args.find('"') != std::string::npos)
        throw image::Error(
            "ARGS may not contain a double quote: the kernel's command line uses it around them");
    const fs::perms set_id =
        fs::status(request.program).permissions() & (fs::perms::set_uid | fs::perms::set_gid);
    add_files({{"program", program, static_cast<fs::perms>(0755) | set_id}}, contents, folder);
    add_words("program=/program", contents);
    if (!request.args.empty()) contents.cmdline += fmt::format(" args=\"{}\"", request.args);
}

image::Bytes make_image(const Request& request, const Witness* witness, const fs::path& folder) {
    if (!request.ready_image.empty()) return image::read_file(request.ready_image);
    if (witness && !request.program.empty())
        throw image::Error("a script is played by a program of its own: PROGRAM does not go with it");
    image::Contents contents{.sector = image::read_file(request.sector),
                             .loader = image::read_file(request.loader),
                             .kernel = image::read_file(request.kernel),
                             .initrd = image::read_file(request.initrd),
                             .cmdline = request.cmdline};
    if (!request.program.empty()) add_program(request, contents, folder);
    if (witness) add_script(request, *witness, contents, folder);
    return image::build(contents);
}

std::string text_of(const fs::path& file) {
    if (!fs::exists(file)) return {};
    const image::Bytes bytes = image::read_file(file.string());
    return {bytes.begin(), bytes.end()};
}

void keep(const std::string& file, const std::string& text) {
    if (!file.empty())
        image::write_file(file, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void keep_reports(const Request& request, const Told& told, const Judgement& judgement) {
    keep(request.json, as_json(told, judgement, request.cmdline));
    if (!request.junit.empty()) write_junit(request.junit, told, judgement, request.cmdline);
}

// Whether no verdict is to be expected. A line that the kernel will not understand asks for nothing.
bool asks_for_no_checks(const std::string& cmdline) {
    CommandLine asked;
    CommandLineError error;
    return parse_command_line(Text(cmdline.c_str(), cmdline.size()), asked, error) &&
           asked.check == CheckMode::off;
}

// Bochs of another version may not understand bochsrc; then that is the likeliest reason.
void mention_version(Judgement& judgement, const BochsVersion& version) {
    if (judgement.ending == Ending::bochs_failed && version.number != expected_bochs)
        judgement.words += fmt::format("; this is Bochs {}, and bochsrc is written for {}, as in Debian 12",
                                       version.number, expected_bochs);
}

/// Several Bochs that start in one instant look for a free port for their screens, and one may find none
/// although there are fifty. That says nothing of the machine that was to be booted.
bool lost_the_race_for_a_port(const Judgement& judgement) {
    return judgement.ending == Ending::bochs_failed &&
           judgement.words.find("could not bind any port") != std::string::npos;
}

/// Bochs has stopped where it should; is the memory there?
Judgement judge_dump(const std::string& file) {
    std::error_code error;
    if (fs::file_size(file, error) == DUMP_BYTES && !error) return {Ending::good, {}};
    return {Ending::bochs_failed, fmt::format("Bochs has not written the memory to {}", file)};
}

void announce(const Witness& witness, bool without_rule) {
    if (without_rule)
        fmt::print("witness of {}, which is switched off. Predicted to break: {}, after {}\n", witness.rule(),
                   fmt::join(witness.breaks(), ", "), witness.call());
    else
        fmt::print("witness of {}, which is in force. Predicted: {}\n", witness.rule(), witness.answer());
    std::fflush(stdout);
}

Judgement run_once(const Request& request, const Witness* witness) {
    const BochsVersion version = installed_bochs();
    if (version.number.empty())
        return {Ending::bochs_failed, "Bochs is not installed: `make deps` installs it, or says how"};

    const TempDir folder(request.build);
    const image::Bytes disk = make_image(request, witness, folder.path());
    image::write_file((folder.path() / "disk.img").string(), disk);

    const bool interactive = request.machine.mode == Mode::debug || request.machine.mode == Mode::break_debug;
    const bool from_start = request.machine.mode == Mode::debug;
    if (interactive) std::fputs(from_start ? debug_greeting : break_greeting, stdout);

    Observations seen;
    Voices voices;
    DebuggerTalk talk(from_start ? debug_start : break_start);
    FrameDemux demux([&](std::string_view text) { voices.kernel(text); },
                     [&](std::string_view text) { voices.program(text); },
                     [&](std::string_view text) {
                         seen.plain += text;
                         if (interactive) talk(text);
                         if (request.verbose) fmt::print(stderr, "{}", text);
                     });
    voices.flush();

    const std::string errors = (folder.path() / "errors").string();
    const BochsEnd end =
        run_bochs({.arguments = bochs_command(request.machine, folder.path(), image::geometry(disk.size()),
                                              version.debugger_option),
                   .error_file = errors,
                   .interactive = interactive,
                   .host_seconds = interactive ? 0 : request.host_seconds},
                  [&](std::string_view bytes) {
                      demux.feed(bytes);
                      voices.flush();
                  });
    demux.finish();

    seen.kernel_lines = voices.kernel_lines();
    seen.errors = text_of(errors);
    seen.status = end.status;
    seen.host_time_over = end.host_time_over;
    seen.interrupted = end.interrupted;
    if (request.verbose) fmt::print(stderr, "{}", seen.errors);
    keep(request.transcript, voices.transcript());
    keep(request.program_output, voices.program_text());
    if (!request.serial.empty()) keep(request.serial, text_of(folder.path() / "com1"));
    if (!request.bochs_log.empty()) keep(request.bochs_log, text_of(folder.path() / "bochs.log"));

    if (request.machine.mode == Mode::dump && seen.plain.find(debug_start) != std::string::npos)
        return judge_dump(request.machine.dump_file);
    const bool left = end.status == 0 || seen.plain.find(input_over_words) != std::string::npos;
    if (interactive && left) return {Ending::good, {}};
    Judgement judgement = judge(seen, {.tick_limit = request.machine.tick_limit,
                                       .host_seconds = request.host_seconds,
                                       .violations = request.expected_violations,
                                       .call = request.expected_call,
                                       .checks_off = asks_for_no_checks(request.cmdline)});
    mention_version(judgement, version);
    keep_reports(request, told_by(seen.kernel_lines), judgement);
    return judgement;
}

} // namespace

Judgement run(const Request& request) try {
    constexpr int MOST_ATTEMPTS = 3;
    std::optional<Witness> witness;
    Request asked = request;
    if (!request.script.empty()) witness.emplace(request.script);
    if (witness) announce(*witness, request.without_rule);
    if (witness && request.without_rule) {
        asked.expected_violations = witness->breaks();
        asked.expected_call = witness->call();
    }
    for (int attempt = 1;; attempt++) {
        Judgement judgement = run_once(asked, witness ? &*witness : nullptr);
        if (attempt == MOST_ATTEMPTS || !lost_the_race_for_a_port(judgement)) return judgement;
    }
} catch (const image::Error& error) {
    // Who reads the files only must not take those of an earlier run for this one's.
    const Judgement refused{Ending::refused, error.what()};
    keep_reports(request, {}, refused);
    return refused;
}

} // namespace forkproof::runner
