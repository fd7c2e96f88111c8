#include "names.hpp"
#include "print.hpp"
#include "string.hpp"
#include "syscall.hpp"

namespace user {
namespace {

void append(Text& out, const char* between, const char* word) {
    const auto used = strlen(out.text);
    snprintf(out.text + used, sizeof out.text - used, "%s%s", used != 0 ? between : "", word);
}

// asm/signal.h, 1..31
constexpr const char* signal_names[] = {nullptr,  "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
                                        "FPE",    "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
                                        "STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
                                        "XCPU",   "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS"};

} // namespace

Text signal_text(int signal) {
    Text out{};
    if (signal > 0 && signal < static_cast<int>(sizeof signal_names / sizeof *signal_names))
        snprintf(out.text, sizeof out.text, "SIG%s", signal_names[signal]);
    else
        snprintf(out.text, sizeof out.text, "SIG%d", signal);
    return out;
}

Text flags_text(std::uint32_t flags, const char* between) {
    Text out{};
    for (const auto& flag : flag_names)
        if ((flags & flag.bit) != 0) append(out, between, flag.name);
    const int signal = static_cast<int>(flags & CSIGNAL);
    if (signal != 0) append(out, between, signal_text(signal).c_str());
    if (out.text[0] == '\0') append(out, "", "0");
    return out;
}

Text answer_text(int answer) {
    Text out{};
    const char* name = failed(answer) ? errno_name(static_cast<Errno>(-answer)) : "?";
    if (failed(answer) && name[0] != '?')
        snprintf(out.text, sizeof out.text, "-%s", name);
    else
        snprintf(out.text, sizeof out.text, "%d", answer);
    return out;
}

} // namespace user
