// Reading a script line by line:
//
//   # a comment                           setup machine WORDS          for the kernel command line
//   rule NAME                             setup TASK CALL              not counted
//   errno EINVAL   or   effect            1 TASK CALL                  numbered from 1
//   breaks NAMES   at N   refused N       CALL: see call.cpp
#include "call.hpp"

namespace forkproof::play {

namespace {

constexpr const char* KNOWN_LINES = "rule errno effect breaks at refused setup 1 2 3 ...";

struct Reader {
    Script& script;
    ScriptError& error;
    int calls = 0;

    bool refuse(const char* what, Words word, const char* known = "") {
        error.what = what;
        error.word = word;
        error.known = known;
        return false;
    }

    bool number(Words word, int& to) {
        if (!read_number(word, to) || to == 0) return refuse("a number from 1 is needed", word);
        return true;
    }

    bool errno_line(Words rest) {
        for (const ErrnoName& row : errno_names)
            if (rest.is(row.name)) return script.error = row.number, true;
        return refuse("unknown errno", rest);
    }

    bool call_line(Words rest, int call_number) {
        if (script.lines == MOST_LINES) return refuse("too many calls", rest, "at most 32");
        Line& line = script.line[script.lines];
        line = {};
        line.source = error.line;
        line.number = call_number;
        const Words who = next_word(rest);
        line.who = task_index(script, who);
        if (line.who < 0) return refuse("no such task yet", who, "init, and those made by -> NAME");
        line.text = trimmed(rest);
        CallError wrong;
        if (!read_call(line.text, script, line, wrong)) return refuse(wrong.what, wrong.word, wrong.known);
        script.lines++;
        return true;
    }

    bool setup_line(Words rest) {
        Words after = rest;
        if (!next_word(after).is("machine")) return call_line(rest, 0);
        script.machine = trimmed(after);
        return true;
    }

    bool one_line(Words line) {
        Words rest = line;
        const Words first = next_word(rest);
        const Words value = trimmed(rest);
        if (first.is("rule")) return script.rule = value, true;
        if (first.is("errno")) return errno_line(value);
        if (first.is("effect")) return script.error = Errno::OK, true;
        if (first.is("breaks")) return script.breaks = value, true;
        if (first.is("at")) return number(value, script.at);
        if (first.is("refused")) return number(value, script.refused);
        if (first.is("setup")) return setup_line(rest);
        int call = 0;
        if (!read_number(first, call)) return refuse("a line cannot begin so", first, KNOWN_LINES);
        if (call != calls + 1) return refuse("calls are numbered from 1, without a gap; not here", first);
        calls = call;
        return call_line(rest, call);
    }

    /// Of the script as a whole.
    bool is_complete() {
        error.line = 0;
        if (script.rule.empty()) return refuse("the line `rule NAME` is missing", {});
        if (calls == 0) return refuse("no call is numbered: there is nothing to play", {});
        if (script.at == 0) script.at = calls;
        if (script.refused == 0) script.refused = script.at;
        if (script.at > calls || script.refused > calls)
            return refuse("`at` or `refused` names a call that there is none of", {});
        return true;
    }
};

} // namespace

bool read_script(Words text, Script& script, ScriptError& error) {
    script = {};
    error = {};
    script.task[INIT] = {"init", 4};
    Reader reader{script, error};
    for (std::size_t begin = 0; begin < text.size;) {
        std::size_t end = begin;
        while (end < text.size && text.data[end] != '\n') end++;
        std::size_t comment = begin;
        while (comment < end && text.data[comment] != '#') comment++;
        const Words line = trimmed({text.data + begin, comment - begin});
        begin = end + 1;
        error.line++;
        if (line.empty()) continue;
        if (!reader.one_line(line)) return false;
    }
    return reader.is_complete();
}

} // namespace forkproof::play
