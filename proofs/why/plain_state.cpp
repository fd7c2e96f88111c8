#include "proofs/why/plain_state.hpp"
#include "user/play/script.hpp"
#include <fmt/format.h>
#include <stdexcept>

namespace forkproof::proofs::why {
namespace {

using induction::State;
using induction::TaskTerm;

/// What a column holds: how its values are called.
struct Column {
    const char* name;
    const char* kind; ///< of object: "mm" makes mm1, mm2; or one of the words below
    z3::expr (*read)(const State&, const TaskTerm&);
};
constexpr const char* TASK = "task";
constexpr const char* NUMBER = "number";
constexpr const char* TRUTH = "truth";
constexpr const char* SIGNAL = "signal number";
constexpr const char* AGE = "age"; ///< of a process: told by its leader

z3::expr nowhere_if_dead(const TaskTerm& a, const State& s, const z3::expr& object) {
    return z3::ite(a.has_fs(), object, s.sorts.nil);
}

constexpr Column all_columns[] = {
    {"pid", NUMBER, [](const State&, const TaskTerm& a) { return a.pid(); }},
    {"leader", TASK, [](const State&, const TaskTerm& a) { return a.leader().term(); }},
    {"parent", TASK, [](const State&, const TaskTerm& a) { return a.parent().term(); }},
    {"zombie", TRUTH, [](const State&, const TaskTerm& a) { return a.is_zombie(); }},
    {"signal", "signal", [](const State&, const TaskTerm& a) { return a.signal(); }},
    {"handlers", "hand", [](const State&, const TaskTerm& a) { return a.sighand(); }},
    {"handlers in", "mm", [](const State&, const TaskTerm& a) { return a.handler_mm(); }},
    {"mm", "mm", [](const State&, const TaskTerm& a) { return a.mm(); }},
    {"fs", "fs", [](const State&, const TaskTerm& a) { return a.fs(); }},
    {"in exec", TRUTH, [](const State& s, const TaskTerm& a) { return s.in_exec(a.fs()); }},
    {"root", "mnt", [](const State& s, const TaskTerm& a) { return nowhere_if_dead(a, s, a.root_mnt_ns()); }},
    {"cwd", "mnt", [](const State& s, const TaskTerm& a) { return nowhere_if_dead(a, s, a.pwd_mnt_ns()); }},
    {"mnt ns", "mnt", [](const State& s, const TaskTerm& a) { return nowhere_if_dead(a, s, a.mnt_ns()); }},
    {"undo list", "undo", [](const State& s, const TaskTerm& a) { return s.undo(a.term()); }},
    {"undo in", "ipc",
     [](const State& s, const TaskTerm& a) { return z3::ite(a.has_undo(), a.undo_ipc_ns(), s.sorts.nil); }},
    {"ipc ns", "ipc", [](const State& s, const TaskTerm& a) { return nowhere_if_dead(a, s, a.ipc_ns()); }},
    {"user", "user", [](const State& s, const TaskTerm& a) { return s.user(a.term()); }},
    {"user ns", "userns", [](const State&, const TaskTerm& a) { return a.user_ns(); }},
    {"pid ns", "pidns", [](const State&, const TaskTerm& a) { return a.pid_ns(); }},
    {"reaper", TASK, [](const State&, const TaskTerm& a) { return a.reaper().term(); }},
    {"unkillable", TRUTH, [](const State&, const TaskTerm& a) { return a.is_unkillable(); }},
    {"uid 0", TRUTH, [](const State&, const TaskTerm& a) { return a.is_root(); }},
    {"privileged", TRUTH, [](const State&, const TaskTerm& a) { return a.is_privileged(); }},
    {"by right", TRUTH, [](const State&, const TaskTerm& a) { return a.is_entitled(); }},
    {"nsproxy", "nsproxy", [](const State& s, const TaskTerm& a) { return s.nsproxy(a.term()); }},
    {"trusted ns", TRUTH, [](const State&, const TaskTerm& a) { return a.namespaces_are_trusted(); }},
    {"exit signal", SIGNAL, [](const State&, const TaskTerm& a) { return a.exit_signal(); }},
    {"chosen by", AGE, [](const State&, const TaskTerm& a) { return a.exit_signal_chooser(); }},
    {"rt policy", TRUTH, [](const State&, const TaskTerm& a) { return a.has_rt_policy(); }},
    {"rt priority", TRUTH, [](const State&, const TaskTerm& a) { return a.has_rt_prio(); }},
    {"reset", TRUTH, [](const State& s, const TaskTerm& a) { return s.reset_on_fork(a.term()); }},
};

constexpr unsigned MOST_SIGNALS = 31;

std::string signal_words(unsigned number) {
    if (number == 0 || number > MOST_SIGNALS) return "-";
    return fmt::format("SIG{}", play::signal_name(static_cast<int>(number)));
}

} // namespace

const std::vector<std::string>& columns() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Column& column : all_columns) all.emplace_back(column.name);
        return all;
    }();
    return names;
}

const PlainTask* PlainState::find(const std::string& name) const {
    for (const PlainTask& task : tasks)
        if (task.name == name) return &task;
    return nullptr;
}

Reader::Reader(const Sequence& sequence, const z3::model& model) : sequence_(&sequence), model_(model) {
    // init, what else a boot makes, user; then a, b, c ... as they are made
    const auto& tasks = sequence.run().tasks();
    std::size_t children = sequence.calls();
    std::size_t made = 0;
    for (std::size_t i = 0; i < children; i++) made += sequence.at(i).call ? 1U : 0U;
    const std::size_t before = tasks.size() - made;
    for (std::size_t i = 0; i < tasks.size(); i++) {
        std::string name = tasks[i].decl().name().str();
        if (i >= before)
            name = std::string(1, static_cast<char>('a' + (i - before)));
        else if (name.starts_with("child"))
            name = "user";
        tasks_[number(tasks[i])] = name;
    }
}

z3::expr Reader::value(const z3::expr& term) const { return model_.eval(sequence_->plain(term), true); }

bool Reader::is_true(const z3::expr& term) const { return value(term).is_true(); }

unsigned Reader::number(const z3::expr& term) const {
    const z3::expr v = value(term);
    std::int64_t n = 0;
    if (v.is_bv()) return static_cast<unsigned>(v.get_numeral_uint64());
    if (!v.is_numeral_i64(n)) throw std::logic_error("not a number: " + v.to_string());
    return static_cast<unsigned>(n);
}

std::string Reader::task_name(const z3::expr& task) const {
    const auto found = tasks_.find(number(task));
    return found == tasks_.end() ? "-" : found->second;
}

std::string Reader::object_name(const std::string& kind, const z3::expr& object) {
    const unsigned n = number(object);
    if (n == 0) return "-";
    auto& known = objects_[kind];
    const auto [place, is_new] = known.emplace(n, "");
    if (is_new) place->second = fmt::format("{}{}", kind, known.size());
    return place->second;
}

PlainState Reader::read(const State& state) {
    PlainState plain;
    for (const z3::expr& task : sequence_->run().tasks()) {
        const TaskTerm a(&state, task);
        if (!is_true(a.listed())) continue;
        PlainTask row{task_name(task), {}};
        for (const Column& column : all_columns) {
            const z3::expr term = column.read(state, a);
            const std::string kind = column.kind;
            std::string& word = row.is[column.name];
            if (kind == TASK)
                word = task_name(term);
            else if (kind == TRUTH)
                word = is_true(term) ? "yes" : "-";
            else if (kind == NUMBER)
                word = std::to_string(number(term));
            else if (kind == SIGNAL)
                word = signal_words(number(term));
            else if (kind == AGE)
                word = number(term) == 0 ? "-" : std::to_string(number(term));
            else
                word = object_name(kind, term);
        }
        plain.tasks.push_back(std::move(row));
    }
    // an age becomes the process that has it
    std::map<std::string, std::string> processes;
    for (const z3::expr& task : sequence_->run().tasks()) {
        const TaskTerm a(&state, task);
        processes.emplace(std::to_string(number(a.leader().age())), task_name(a.leader().term()));
    }
    for (PlainTask& row : plain.tasks)
        if (const auto who = processes.find(row.is["chosen by"]); who != processes.end())
            row.is["chosen by"] = who->second;
    return plain;
}

} // namespace forkproof::proofs::why
