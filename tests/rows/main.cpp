// build/bin/rows: runs what shows each resource of copy_process, in Bochs and on this Linux, and prints a
// line a row. Status 0 only if every row has a program and all pass.
#include "tests/boot/boot.hpp"
#include "tests/boot/native.hpp"
#include "tests/rows/table.hpp"
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace {

using namespace forkproof;
using boots::Boot;

enum class Answer : unsigned char { pass, fail, none };

/// How a program went; `why` says what was wrong.
struct Seen {
    Answer bochs = Answer::none, on_linux = Answer::none;
    std::string why;
};

const char* word(Answer a) { return a == Answer::pass ? "PASS" : a == Answer::fail ? "FAIL" : "-"; }

/// Of several programs the worst.
Answer worse(Answer a, Answer b) { return a == Answer::fail || b == Answer::none ? a : b; }

Answer in_bochs(const Boot& run, std::string& why) {
    const bool good = run.status == static_cast<int>(boots::Ending::good) &&
                      run.program_output.find("FAILED") == std::string::npos && !run.program_output.empty();
    if (!good) why += fmt::format("  in Bochs: {}  see it with: {}\n", run.complaint, run.command);
    return good ? Answer::pass : Answer::fail;
}

Answer here(const std::string& program, const Boot& run, std::string& why) {
    if (!boots::runs_i386() || ::geteuid() != 0) return Answer::none;
    const boots::NativeRun native = boots::run_here(boots::test_program(program), "");
    if (boots::refused_here(native)) return Answer::none;
    if (native.status == 0 && native.output == run.program_output) return Answer::pass;
    why += fmt::format("  on Linux: status {}, {}\n", native.status,
                       native.output == run.program_output ? "the same output" : "another output");
    return Answer::fail;
}

/// A C program prints the same on Linux; a C++ one shows what only this kernel, or only 2.6.33, does.
bool speaks_of_linux(const std::string& program) {
    return std::filesystem::exists("tests/programs/" + program + ".c");
}

Seen look(const rows::Row& row) {
    Seen seen;
    for (const char* program : row.programs) {
        const Boot run = boots::boot({.cmdline = row.cmdline, .program = program});
        seen.bochs = worse(seen.bochs, in_bochs(run, seen.why));
        if (row.on_linux && speaks_of_linux(program))
            seen.on_linux = worse(seen.on_linux, here(program, run, seen.why));
    }
    return seen;
}

std::string joined(const std::vector<const char*>& words) {
    std::string text;
    for (const char* w : words) text += (text.empty() ? "" : " ") + std::string(w);
    return text.empty() ? "nothing yet" : text;
}

} // namespace

int main() try {
    std::size_t passed = 0;
    fmt::print("{:<28}{:<28}{:<8}{}\n", "row", "shown by", "Bochs", "Linux");
    for (const rows::Row& row : rows::table) {
        const Seen seen = look(row);
        fmt::print("{:<28}{:<28}{:<8}{}\n{}", row.name, joined(row.programs), word(seen.bochs),
                   word(seen.on_linux), seen.why);
        std::fflush(stdout);
        if (seen.bochs == Answer::pass && seen.on_linux != Answer::fail) passed++;
    }
    fmt::print("rows: {} of {} pass\n", passed, rows::table.size());
    return passed == rows::table.size() ? 0 : 1;
} catch (const std::exception& failure) {
    fmt::print(stderr, "rows: {}\n", failure.what());
    return 2;
}
