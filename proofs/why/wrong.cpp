#include "proofs/why/wrong.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace forkproof::proofs::why {
namespace {

/// {1} and {2} are the tasks of whom the invariant is not so, {1.mm} a column of the first. N and M are the
/// count and the limit of a call.
struct Phrase {
    const char* invariant;
    const char* words;
    std::vector<std::string> columns;
};

const std::vector<Phrase>& phrases() {
    static const std::vector<Phrase> all{
        {"group-sighand",
         "{1} and {2} are threads of one process, but {1} has {1.handlers} and {2} {2.handlers}",
         {"handlers"}},
        {"sighand-mm",
         "{1} and {2} share {1.handlers}, but {1} runs in {1.mm} and {2} in {2.mm}",
         {"handlers", "mm"}},
        {"handler-mm",
         "a handler of {1} is an address in {1.handlers in}, but {1} runs in {1.mm}",
         {"handlers", "handlers in", "mm"}},
        {"group-userns",
         "{1} and {2} are threads of one process, but {1} is in {1.user ns} and {2} in {2.user ns}",
         {"user ns"}},
        {"group-pidns",
         "{1} and {2} are threads of one process, but {1} is in {1.pid ns} and {2} in {2.pid ns}",
         {"pid ns"}},
        {"fs-mnt",
         "root and cwd of {1} lie in {1.root} and {1.cwd}, but {1} is in {1.mnt ns}",
         {"fs", "root", "cwd", "mnt ns"}},
        {"undo-ipc",
         "the undo list of {1} speaks of semaphores of {1.undo in}, but {1} is in {1.ipc ns}",
         {"undo list", "undo in", "ipc ns"}},
        {"fs-userns",
         "{1} and {2} share {1.fs}, but {1} is in {1.user ns} and {2} in {2.user ns}",
         {"fs", "user ns"}},
        {"one-root", "{1} is in {1.pid ns}, its parent ({1.parent}) is not", {"pid ns"}},
        {"nesting",
         "{1} is the init of {1.pid ns}, but its parent ({1.parent}) is not in the namespace around it",
         {"pid ns"}},
        {"reaper",
         "nobody in {1.pid ns} takes the orphans there: its reaper is {1.reaper}",
         {"pid ns", "reaper"}},
        {"reapable", "the parent of {1} is {1.parent}: nobody can wait for it", {"zombie"}},
        {"exit-signal",
         "when {1} dies, {1.parent} gets {1.exit signal}, which {1.chosen by} has chosen",
         {"exit signal", "chosen by"}},
        {"sched",
         "real-time policy of {1}: {1.rt policy}, real-time priority: {1.rt priority}",
         {"rt policy", "rt priority", "reset"}},
        {"exec-decision",
         "an exec took {1.fs} to be its own, but {1} and {2}, of two processes, share it",
         {"fs", "in exec"}},
        {"no-amplify",
         "{1} has all capabilities, and nobody who had them gave them to it",
         {"user", "user ns", "uid 0", "privileged", "by right"}},
        {"ns-trusted",
         "{1} has all capabilities, and lives in namespaces ({1.nsproxy}) that nobody privileged made",
         {"nsproxy", "trusted ns", "uid 0", "privileged"}},
        {"nproc-limit", "{1} was let through with RLIMIT_NPROC (N) reached", {"user", "privileged"}},
        {"thread-limit", "{1} was let through with max_threads (M) reached", {}},
    };
    return all;
}

const Phrase* phrase_of(const std::string& invariant) {
    for (const Phrase& phrase : phrases())
        if (phrase.invariant == invariant) return &phrase;
    return nullptr;
}

void put(std::string& words, const std::string& what, const std::string& value) {
    for (auto at = words.find(what); at != std::string::npos; at = words.find(what, at + value.size()))
        words.replace(at, what.size(), value);
}

/// The tasks of whom it is not so: one, or two.
std::vector<z3::expr> culprits(const Goal& goal, const Sequence& sequence, const Reader& reader) {
    const auto& run = sequence.run();
    std::vector<z3::expr> some;
    auto is_broken = [&](const std::vector<z3::expr>& tasks) {
        return !reader.is_true(goal.row->holds(induction::ProofView(run.now(), tasks, {})));
    };
    for (const z3::expr& task : run.tasks())
        if (is_broken({task})) return {task};
    for (const z3::expr& one : run.tasks())
        for (const z3::expr& other : run.tasks())
            if (!z3::eq(one, other) && is_broken({one, other})) return {one, other};
    return {};
}

} // namespace

std::vector<std::string> columns_of(const std::string& invariant) {
    const Phrase* phrase = phrase_of(invariant);
    return phrase ? phrase->columns : std::vector<std::string>{};
}

std::string wrong_words(const Goal& goal, const Sequence& sequence, const Reader& reader,
                        const PlainState& state, const Witness& witness) {
    std::vector<std::string> names;
    if (goal.row) {
        for (const z3::expr& task : culprits(goal, sequence, reader)) names.push_back(reader.task_name(task));
    } else {
        names.push_back(witness.calls.back().makes);
    }
    const Phrase* phrase = phrase_of(goal.name);
    if (!phrase)
        return fmt::format("not so of {}: {}",
                           names.empty() ? "the counts" : fmt::format("{}", fmt::join(names, ", ")),
                           goal.sentence);
    std::string words = phrase->words;
    for (std::size_t i = 0; i < names.size(); i++) {
        const PlainTask* task = state.find(names[i]);
        put(words, fmt::format("{{{}}}", i + 1), names[i]);
        for (const std::string& column : columns())
            if (task)
                put(words, fmt::format("{{{}.{}}}", i + 1, column),
                    task->is.at(column) == "-" ? "none" : task->is.at(column));
    }
    put(words, "(N)", std::to_string(witness.nproc));
    put(words, "(M)", std::to_string(witness.max_threads));
    return words;
}

} // namespace forkproof::proofs::why
