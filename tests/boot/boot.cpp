#include "tests/boot/boot.hpp"

#include <atomic>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "debug/tempdir.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

namespace fs = std::filesystem;

// A run that is stuck in the host's time is a failure of its own. Far more than any run here takes.
constexpr const char* host_seconds = "--host-seconds=120";

std::string quoted(const std::string& word) {
    return word.find_first_of(" \"'$;&|<>()*") == std::string::npos ? word : "'" + word + "'";
}

std::string as_typed(const std::vector<std::string>& argv) {
    std::string text;
    for (const auto& word : argv) text += (text.empty() ? "" : " ") + quoted(word);
    return text;
}

// Bochs's log: each line begins with the tick, 11 digits; the last line is written when it ends.
std::uint64_t last_tick(const std::string& log) {
    const auto lines = lines_of(log);
    return lines.empty() ? 0 : std::strtoull(lines.back().c_str(), nullptr, 10);
}

std::vector<std::string> runner_call(const Options& options) {
    const fs::path runner = build_folder() / "bin" / "forkproof-run";
    std::vector<std::string> argv{runner.string(), "--build=" + build_folder().string()};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) argv.push_back(fmt::format("--{}={}", name, value));
    };
    add("cmdline", options.cmdline);
    add("program", options.program.empty() ? "" : test_program(options.program));
    add("args", options.args);
    add("image", options.image);
    add("initrd", options.initrd);
    add("kernel", options.kernel);
    if (options.ticks) add("ticks", std::to_string(options.ticks));
    if (options.memory) add("memory", std::to_string(options.memory));
    argv.insert(argv.end(), options.more.begin(), options.more.end());
    return argv;
}

} // namespace

const fs::path& build_folder() {
    static const fs::path folder = [] {
        const fs::path whole = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
        const fs::path near = fs::relative(whole); // shorter in messages
        return near.empty() ? whole : near;
    }();
    return folder;
}

const fs::path& own_folder() {
    static const runner::TempDir folder(build_folder() / "boot-tests");
    return folder.path();
}

std::string test_program(const std::string& name) {
    return (build_folder() / "tests" / "programs" / name).string();
}

Boot boot(const Options& options) {
    if (!fs::exists("bochsrc")) throw std::runtime_error("run me from the root of the tree: no bochsrc here");
    static std::atomic<int> number = 0;
    const fs::path folder = own_folder() / std::to_string(number++);
    fs::create_directory(folder);
    const auto file = [&](const char* name) { return (folder / name).string(); };

    Command call{.argv = runner_call(options), .output = file("output"), .errors = file("errors")};
    Boot run;
    run.command = as_typed(call.argv);
    call.argv.insert(call.argv.end(), {host_seconds, "--transcript=" + file("transcript"),
                                       "--program-output=" + file("program"), "--com1=" + file("com1"),
                                       "--bochs-log=" + file("bochs.log")});
    run.status = execute(call);
    run.transcript = text_of(file("transcript"));
    run.program_output = text_of(file("program"));
    run.serial = text_of(file("com1"));
    run.complaint = text_of(file("errors"));
    run.plain = text_of(file("output"));
    run.end_tick = last_tick(text_of(file("bochs.log")));
    run.lines = lines_of(run.transcript);
    fs::remove_all(folder);
    return run;
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_text(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace forkproof::boots
