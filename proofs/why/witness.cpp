#include "proofs/why/witness.hpp"
#include "invariants/predicates.hpp"
#include "proofs/why/simplest.hpp"
#include "proofs/why/wrong.hpp"
#include "user/play/script.hpp"
#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs::why {
namespace {

using namespace induction;

/// "clone(FS | NEWNS)"; SIGCHLD is not said.
std::string clone_words(std::uint32_t flags) {
    std::vector<std::string> words;
    for (const FlagName& flag : flag_names)
        if (flags & flag.bit) words.emplace_back(flag.name);
    constexpr std::uint32_t SIGCHLD_NUMBER = 17;
    const std::uint32_t signal = flags & CSIGNAL;
    if (signal != 0 && signal != SIGCHLD_NUMBER)
        words.push_back(fmt::format("SIG{}", play::signal_name(static_cast<int>(signal))));
    return fmt::format("clone({})", fmt::join(words, " | "));
}

/// The file of an exec is told when it is committed; who reads wants to know at once.
bool is_set_uid(const Sequence& sequence, const Reader& reader, std::size_t call) {
    for (std::size_t i = call; i < sequence.calls(); i++) {
        const bool same = reader.number(sequence.at(i).who) == reader.number(sequence.at(call).who);
        if (same && reader.is_true(open_truth(sequence, i, "set_uid_root"))) return true;
    }
    return false;
}

std::string call_words(const Sequence& sequence, const Reader& reader, std::size_t i,
                       const TransitionRow& row) {
    const Transition& t = sequence.at(i);
    const char* file = is_set_uid(sequence, reader, i) ? "SETUID_ROOT" : "";
    auto open = [&](const char* name) { return reader.is_true(open_truth(sequence, i, name)); };
    if (row.make == clone) return clone_words(reader.number(t.flags));
    if (row.make == induction::exit) return "exit()";
    if (row.make == induction::wait) return fmt::format("wait({})", reader.task_name(t.other));
    if (row.make == exec_begin) return fmt::format("exec_begin({})", file);
    if (row.make == exec_commit) return fmt::format("exec_commit({})", file);
    if (row.make == induction::setuid) return "setuid(nobody)";
    if (row.make == induction::sched_setscheduler)
        return fmt::format("sched_setscheduler({}{})", open("real_time") ? "FIFO" : "OTHER",
                           open("RESET_ON_FORK") ? " | RESET_ON_FORK" : "");
    if (row.make == induction::sigaction) return "sigaction()";
    throw std::logic_error(std::string("no words for the call ") + row.name);
}

Witness read_witness(Sequence& sequence, const Kinds& kinds) {
    Witness witness;
    witness.start = sequence.start();
    if (!sequence.is_possible()) throw std::logic_error("a sequence that was found is gone");
    const z3::model model = sequence.solver().get_model();
    Reader reader(sequence, model);
    z3::context& z3 = *sequence.run().boot().z3;
    const auto& steps = sequence.run().steps();
    const std::size_t set_up = sequence.set_up();
    witness.states.push_back(reader.read(set_up == 0 ? sequence.run().boot() : steps[set_up - 1].after));
    for (std::size_t i = 0; i < kinds.size(); i++) {
        const Transition& t = sequence.at(i);
        witness.calls.push_back({reader.task_name(t.who), call_words(sequence, reader, i, *kinds[i]),
                                 t.call ? reader.task_name(t.other) : ""});
        witness.states.push_back(reader.read(t.after));
        if (witness.refused == 0 && reader.is_true(sequence.is_called_for(i))) witness.refused = i + 1;
        if (t.call) witness.flags += std::popcount(reader.number(t.flags) & ~static_cast<unsigned>(CSIGNAL));
    }
    std::vector<const Goal*> broken;
    for (const Goal& goal : all_goals())
        if (reader.is_true(goal.broken(sequence.run()))) broken.push_back(&goal);
    for (const Goal* goal : broken) {
        if (goal->name == NPROC_LIMIT.name) witness.nproc = reader.number(z3.int_const("RLIMIT_NPROC"));
        if (goal->name == THREAD_LIMIT.name) witness.max_threads = reader.number(z3.int_const("max_threads"));
    }
    for (const Goal* goal : broken)
        witness.wrong.push_back(
            {goal->name, wrong_words(*goal, sequence, reader, witness.states.back(), witness)});
    return witness;
}

Witness simplest(const Question& question, const FoundKinds& found) {
    z3::context z3;
    Sequence sequence(z3, question, found.start);
    for (const TransitionRow* row : found.kinds) sequence.call(*row);
    sequence.solver().add(sequence.breaks_something());
    make_simplest(sequence);
    return read_witness(sequence, found.kinds);
}

} // namespace

bool Witness::breaks(const std::string& name) const {
    return std::any_of(wrong.begin(), wrong.end(), [&](const Wrong& w) { return w.name == name; });
}

std::vector<std::string> Witness::names() const {
    std::vector<std::string> all;
    for (const Wrong& w : wrong) all.push_back(w.name);
    return all;
}

std::optional<Witness> shortest(const Question& question, std::size_t most_calls) {
    for (std::size_t calls = 1; calls <= most_calls; calls++)
        for (const Start start : starts) {
            std::optional<Witness> best;
            for (const FoundKinds& found : sequences(question, start, calls)) {
                Witness one = simplest(question, found);
                if (!best || one.flags < best->flags) best = std::move(one);
            }
            if (best) return best;
        }
    return {};
}

} // namespace forkproof::proofs::why
