// What a call may say:
//
//   clone(FLAGS | SIGNAL) -> NAME    flags without CLONE_; no signal said: SIGCHLD, or none with THREAD;
//                                    NOSIGNAL: none
//   exit()  wait(NAME)  sigaction()  setuid(nobody)  setrlimit(NPROC, N)
//   exec_begin()  exec_commit()  exec()                 SETUID_ROOT in the brackets: a set-uid program
//   sched_setscheduler(FIFO | RESET_ON_FORK)            or OTHER
#include "call.hpp"

namespace forkproof::play {

namespace {

constexpr int SIGNALS = 31, SIGCHLD_NUMBER = 17;
// asm/signal.h, 1..31
constexpr const char* signal_names[SIGNALS] = {
    "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1", "SEGV",
    "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN", "TTOU",
    "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS"};

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_signal(Words word, int signal) {
    return word.size > 3 && Words{word.data, 3}.is("SIG") &&
           Words{word.data + 3, word.size - 3}.is(signal_names[signal - 1]);
}

/// Cuts the text at the first `mark`: before it, and in `rest` behind it. Without one: all of it.
Words until(Words& rest, char mark) {
    std::size_t n = 0;
    while (n < rest.size && rest.data[n] != mark) n++;
    const Words before = trimmed({rest.data, n});
    rest = n < rest.size ? Words{rest.data + n + 1, rest.size - n - 1} : Words{rest.data + n, 0};
    return before;
}

struct CallReader {
    Script& script;
    Line& line;
    CallError& error;

    bool refuse(const char* what, Words word, const char* known = "") {
        error = {what, word, known};
        return false;
    }

    bool flag_or_signal(Words word, bool& signal_said) {
        for (const FlagName& flag : flag_names)
            if (word.is(flag.name)) return line.flags |= flag.bit, true;
        if (word.is("NOSIGNAL")) return signal_said = true;
        for (int signal = 1; signal <= SIGNALS; signal++)
            if (is_signal(word, signal)) {
                line.flags |= static_cast<std::uint32_t>(signal);
                return signal_said = true;
            }
        return refuse("unknown flag or signal of clone()", word,
                      "names without CLONE_, as FS | NEWNS | SIGUSR1");
    }

    bool clone(Words brackets, Words behind) {
        line.verb = Verb::clone;
        bool signal_said = false;
        while (!brackets.empty())
            if (!flag_or_signal(until(brackets, '|'), signal_said)) return false;
        if (!signal_said && (line.flags & CLONE_THREAD) == 0) line.flags |= SIGCHLD_NUMBER;
        if (!next_word(behind).is("->"))
            return refuse("a clone needs a name for the new task", line.text, "-> NAME");
        const Words name = trimmed(behind);
        if (name.empty() || task_index(script, name) >= 0) return refuse("a new task needs a new name", name);
        if (script.tasks == MOST_TASKS) return refuse("too many tasks", name, "at most 8");
        line.task = script.tasks;
        script.task[script.tasks++] = name;
        return true;
    }

    bool wait(Words brackets) {
        line.verb = Verb::wait;
        line.task = task_index(script, brackets);
        return line.task >= 0 || refuse("no such task to wait for", brackets);
    }

    bool execution(Verb verb, Words brackets) {
        line.verb = verb;
        line.setuid_root = brackets.is("SETUID_ROOT");
        return line.setuid_root || brackets.empty() ||
               refuse("unknown kind of program", brackets, "SETUID_ROOT, or nothing");
    }

    bool setrlimit(Words brackets) {
        line.verb = Verb::setrlimit;
        const Words resource = until(brackets, ',');
        if (!resource.is("NPROC")) return refuse("unknown resource", resource, "NPROC");
        return read_number(trimmed(brackets), line.value) || refuse("not a decimal number", brackets);
    }

    bool sched(Words brackets) {
        line.verb = Verb::sched;
        while (!brackets.empty()) {
            const Words word = until(brackets, '|');
            if (word.is("FIFO"))
                line.value |= POLICY_FIFO;
            else if (word.is("RESET_ON_FORK"))
                line.value |= POLICY_RESET_ON_FORK;
            else if (!word.is("OTHER"))
                return refuse("unknown policy", word, "FIFO OTHER RESET_ON_FORK");
        }
        return true;
    }

    bool plain(Verb verb, Words brackets, const char* expected) {
        line.verb = verb;
        return brackets.is(expected) ||
               refuse("not what stands in the brackets of this call", brackets, expected);
    }

    bool call() {
        Words rest = line.text;
        const Words name = until(rest, '(');
        const std::size_t open = rest.size;
        Words behind = rest;
        const Words brackets = until(behind, ')');
        if (open == 0) return refuse("a call is written with brackets, as exit()", line.text);
        if (name.is("clone")) return clone(brackets, behind);
        if (!trimmed(behind).empty()) return refuse("nothing may follow this call", behind);
        if (name.is("wait")) return wait(brackets);
        if (name.is("exit")) return plain(Verb::exit, brackets, "");
        if (name.is("sigaction")) return plain(Verb::sigaction, brackets, "");
        if (name.is("setuid")) return plain(Verb::setuid_nobody, brackets, "nobody");
        if (name.is("exec_begin")) return execution(Verb::exec_begin, brackets);
        if (name.is("exec_commit")) return execution(Verb::exec_commit, brackets);
        if (name.is("exec")) return execution(Verb::exec, brackets);
        if (name.is("setrlimit")) return setrlimit(brackets);
        if (name.is("sched_setscheduler")) return sched(brackets);
        return refuse(
            "unknown call", name,
            "clone exit wait exec exec_begin exec_commit setuid sigaction setrlimit sched_setscheduler");
    }
};

} // namespace

bool Words::is(const char* text) const {
    std::size_t i = 0;
    while (i < size && text[i] != '\0' && text[i] == data[i]) i++;
    return i == size && text[i] == '\0';
}

bool Words::operator==(const Words& other) const {
    if (size != other.size) return false;
    for (std::size_t i = 0; i < size; i++)
        if (data[i] != other.data[i]) return false;
    return true;
}

const char* signal_name(int signal) {
    return signal >= 1 && signal <= SIGNALS ? signal_names[signal - 1] : "?";
}

bool read_call(Words text, Script& script, Line& line, CallError& error) {
    line.text = text;
    return CallReader{script, line, error}.call();
}

int task_index(const Script& script, Words name) {
    for (int i = 0; i < script.tasks; i++)
        if (script.task[i] == name) return i;
    return -1;
}

Words trimmed(Words text) {
    while (!text.empty() && is_blank(text.data[0])) text = {text.data + 1, text.size - 1};
    while (!text.empty() && is_blank(text.data[text.size - 1])) text.size--;
    return text;
}

Words next_word(Words& rest) {
    rest = trimmed(rest);
    std::size_t n = 0;
    while (n < rest.size && !is_blank(rest.data[n])) n++;
    const Words word{rest.data, n};
    rest = {rest.data + n, rest.size - n};
    return word;
}

bool read_number(Words word, int& to) {
    constexpr int MOST = 1'000'000;
    int n = 0;
    for (std::size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9' || n >= MOST) return false;
        n = n * 10 + (word.data[i] - '0');
    }
    to = n;
    return word.size != 0;
}

} // namespace forkproof::play
