#include "debug/witness.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <sstream>

#include <fmt/format.h>

namespace forkproof::runner {
namespace {

namespace fs = std::filesystem;

constexpr int FIRST_PID = 3; // after init and kthreadd

std::string text_of(const play::Words& words) { return {words.data, words.size}; }

std::string flags_text(std::uint32_t flags) {
    std::string text;
    const auto add = [&](const std::string& name) { text += (text.empty() ? "" : " | ") + name; };
    for (const FlagName& flag : flag_names)
        if (flags & flag.bit) add(flag.name);
    if (const int signal = static_cast<int>(flags & CSIGNAL); signal != 0)
        add(std::string("SIG") + play::signal_name(signal));
    return text;
}

// The kernel's word for a call that it checks after.
std::string kernels_word(const play::Line& line) {
    switch (line.verb) {
    case play::Verb::clone:
        return line.flags == 0 ? "clone" : fmt::format("clone({})", flags_text(line.flags));
    case play::Verb::exit: return "exit";
    case play::Verb::wait: return "wait4";
    case play::Verb::setuid_nobody: return "setuid";
    case play::Verb::sched: return "sched_setscheduler";
    default: return "execve";
    }
}

} // namespace

Witness::Witness(const std::string& file) {
    const image::Bytes bytes = image::read_file(file);
    text_.assign(bytes.begin(), bytes.end());
    play::ScriptError error;
    if (play::read_script({text_.data(), text_.size()}, script_, error)) return;
    throw image::Error(fmt::format("{}:{} {}{}{}{}", file,
                                   error.line ? fmt::format(" line {}:", error.line) : "", error.what,
                                   error.word.empty() ? "" : fmt::format(": `{}`", text_of(error.word)),
                                   error.known[0] ? "; known: " : "", error.known));
}

std::string Witness::rule() const { return text_of(script_.rule); }
std::string Witness::rules_off() const {
    std::string text = "-";
    for (const char c : rule()) text += c == ',' ? ",-" : std::string(1, c);
    return text;
}
std::string Witness::machine() const { return text_of(script_.machine); }

std::set<std::string> Witness::breaks() const {
    std::istringstream names(text_of(script_.breaks));
    return {std::istream_iterator<std::string>(names), {}};
}

std::string Witness::call() const {
    std::array<int, play::MOST_TASKS> pid{1};
    int next = FIRST_PID;
    for (int i = 0; i < script_.lines; i++) {
        const play::Line& line = script_.line[i];
        const bool makes = line.verb == play::Verb::clone;
        if (makes) pid[static_cast<std::size_t>(line.task)] = next++;
        if (line.number != script_.at) continue;
        return fmt::format("{} by pid {}{}", kernels_word(line), pid[static_cast<std::size_t>(line.who)],
                           makes ? fmt::format(", which made pid {}", next - 1) : "");
    }
    return {};
}

std::string Witness::answer() const {
    if (script_.error == Errno::OK) return "all calls are accepted";
    return fmt::format("call {} answers {}", script_.refused, errno_name(script_.error));
}

std::vector<InitrdFile> Witness::files(const std::string& player) const {
    constexpr auto PROGRAM = static_cast<fs::perms>(0755), READABLE = static_cast<fs::perms>(0644);
    const image::Bytes program = image::read_file(player);
    std::vector<InitrdFile> files{{"init", program, PROGRAM},
                                  {"script", image::Bytes(text_.begin(), text_.end()), READABLE}};
    const auto lines = std::span(script_.line).first(static_cast<std::size_t>(script_.lines));
    if (std::ranges::any_of(lines, [](const play::Line& line) { return line.setuid_root; }))
        files.push_back({"play-root", program, PROGRAM | fs::perms::set_uid});
    return files;
}

} // namespace forkproof::runner
