// One call of a script: "clone(FS | NEWNS) -> a".
#pragma once
#include "script.hpp"

namespace forkproof::play {

struct CallError {
    const char* what = nullptr;
    Words word;
    const char* known = "";
};

/// Reads a call into `line`; a clone adds its task to the script.
[[nodiscard]] bool read_call(Words text, Script& script, Line& line, CallError& error);

/// The index of a task by name; -1: there is none.
[[nodiscard]] int task_index(const Script& script, Words name);

/// Without the blanks at both ends.
[[nodiscard]] Words trimmed(Words text);
/// Takes the first word, up to a blank, off `rest`.
Words next_word(Words& rest);
/// A decimal number below a million that fills the whole word.
[[nodiscard]] bool read_number(Words word, int& to);

} // namespace forkproof::play
