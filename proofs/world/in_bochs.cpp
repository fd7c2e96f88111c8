#include "proofs/world/in_bochs.hpp"
#include "invariants/flags.hpp"
#include "proofs/world/plain_model.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t SIGCHLD = 17;
/// Steps are counted from init's fork of the program on; but init cannot be stopped by a signal.
constexpr const char* NOT_FOR_INIT = "signal-check";

/// As user/clone.cpp reads them.
std::string as_arguments(std::uint32_t flags) {
    std::vector<std::string> words;
    std::uint32_t rest = flags & ~CSIGNAL;
    for (const FlagName& flag : flag_names)
        if (flags & flag.bit) {
            words.emplace_back(flag.name);
            rest &= ~flag.bit;
        }
    if ((flags & CSIGNAL) == SIGCHLD)
        words.emplace_back("SIGCHLD");
    else
        rest |= flags & CSIGNAL;
    if (rest != 0) words.push_back(fmt::format("{:#x}", rest));
    return fmt::format("{}", fmt::join(words, " "));
}

/// A caller like this runs no program in ring 3, or not as the first that init starts.
bool no_program(const ForkShape& shape) {
    return !shape.mm || !shape.leader || !shape.root_user || shape.pid_level != 0;
}

/// What ioprio_set takes: data 0 to 7 in the classes real-time and best-effort, 0 without a class.
bool can_be_set(std::uint32_t ioprio) {
    constexpr std::uint32_t CLASS_SHIFT = 13, BEST_EFFORT = 2, LEVELS = 8; // linux-2.6.33 linux/ioprio.h
    return ioprio == 0 || (ioprio >> CLASS_SHIFT >= 1 && ioprio >> CLASS_SHIFT <= BEST_EFFORT &&
                           (ioprio & ((1U << CLASS_SHIFT) - 1)) < LEVELS);
}

std::string command(const ForkScene& fork, const std::string& fail, const Values& value) {
    const auto flags = static_cast<std::uint32_t>(value(fork.flags));
    const auto rules = static_cast<std::uint32_t>(value(fork.in_force));
    const std::uint32_t signal = flags & CSIGNAL;
    auto of_caller = [&](const Place& object, const char* field) {
        return value(fork.before(fork.of(object, field)));
    };
    if (of_caller(fork.parent, "policy") != 0 || of_caller(fork.fs, "in_exec") != 0) return "";
    // A parent that waits for a stopped child does so for ever; another exit signal would end the caller.
    if ((flags & CLONE_VFORK) && (flags & CLONE_STOPPED)) return "";
    if (no_program(fork.shape) || (signal != 0 && signal != SIGCHLD)) return "";
    if (RuleSet(rules) != profile_default || refused_in_boot(flags) != RuleId::none) return "";
    std::string before = fork.shape.fpu ? "fpu " : "";
    if (fork.shape.ports) before += "ports ";
    if (fork.shape.io) {
        const auto ioprio = static_cast<std::uint32_t>(of_caller(fork.io_context, "ioprio"));
        if (!can_be_set(ioprio)) return "";
        before += fmt::format("ioprio={} ", ioprio);
    }
    if (fork.shape.undo && (flags & CLONE_SYSVSEM))
        before += "twice "; // the first call makes the caller's list
    return clone_command(flags, fail, before);
}

void shown_by(ForkScene& fork, const std::string& fail) {
    fork.scene.reproduce = [&fork, fail](const Values& value) { return command(fork, fail, value); };
}

/// The only allocations of a path are one that has failed.
bool first_allocation_failed(const State& state) {
    unsigned succeeded = 0;
    for (const Event* e = state.events().get(); e; e = e->before.get())
        if (e->kind == Event::Kind::note && e->note.ends_with(" succeeds")) succeeded++;
    return succeeded == 0;
}

} // namespace

RuleId refused_in_boot(std::uint32_t flags) {
    return first_refusal(PlainView{flags, root_in_boot}, profile_default);
}

std::string with_its_famine(const std::string& command, const World& world, const State& state) {
    if (command.empty() || !an_allocation_failed(state)) return command;
    const Event* first = nullptr;
    for (const Event* e = state.events().get(); e; e = e->before.get())
        if (e->kind == Event::Kind::call) first = e;
    const Function* function = first ? world.image().function_at(first->target) : nullptr;
    const std::string acquire = "acquire_", made = "make run ";
    if (!first_allocation_failed(state) || !function || !function->name.starts_with(acquire)) return "";
    const int nth = command.find("twice") == std::string::npos ? 2 : 3;
    return fmt::format("{}FAIL={}:{} {}", made, function->name.substr(acquire.size()), nth,
                       command.substr(made.size()));
}

std::string clone_command(std::uint32_t flags, const std::string& fail, const std::string& before) {
    std::string words;
    if (!fail.empty()) {
        const std::string step = fail.substr(0, fail.find(':')), error = fail.substr(step.size());
        const int earlier =
            (step == NOT_FOR_INIT ? 0 : 1) + (before.find("twice") != std::string::npos ? 1 : 0);
        words = fmt::format("FAIL={}:{}{} ", step, earlier + 1, error);
    }
    return fmt::format("make run {}PROGRAM=build/user/clone ARGS=\"{}{}\"", words, before,
                       as_arguments(flags));
}

std::string refusal_command(RuleId rule) {
    // What nothing needs has no witness.
    if (rule == RuleId::none || rule_texts[rule].guards[0] == '\0') return "";
    return fmt::format("make break RULE={} IN_FORCE=1", rule_texts[rule].name);
}

void bootable_first(ForkScene& fork, std::vector<Path>& paths) {
    if (no_program(fork.shape) || fork.flags.known()) return;
    const Truth bootable = eq(fork.in_force, word32(profile_default.bits())) &&
                           is_zero(fork.before(fork.of(fork.parent, "policy"))) &&
                           is_zero(fork.before(fork.of(fork.fs, "in_exec"))) &&
                           !(fork.flag(CLONE_VFORK) && fork.flag(CLONE_STOPPED)) &&
                           Truth(accepted_in_boot(fork.flags.term()));
    std::stable_partition(paths.begin(), paths.end(),
                          [&](const Path& path) { return fork.scene.possible(path, bootable); });
}

void shown_by_call(ForkScene& fork) { shown_by(fork, ""); }

void shown_by_failure(ForkScene& fork, const std::string& step) { shown_by(fork, step); }

void shown_by_release(ForkScene& fork, const std::string& step) {
    const StepTable table(fork.scene.proof());
    for (std::size_t i = table.index(step) + 1; i < table.rows().size(); i++)
        if (table.rows()[i].usual_failure != 0) return shown_by(fork, table.rows()[i].name);
    fork.scene.reproduce = nullptr; // nothing fails after it
}

void shown_by_errno(ForkScene& fork, const std::string& step, const Path& path) {
    if (an_allocation_failed(path.state)) return shown_by_failure(fork, step);
    shown_by_call(fork);
}

void shown_by_acquire(ForkScene& fork, const std::string& step, const Path& path) {
    if (!an_allocation_failed(path.state)) return shown_by_call(fork);
    if (first_allocation_failed(path.state)) return shown_by_failure(fork, step);
    fork.scene.reproduce = nullptr;
}

} // namespace forkproof::proofs
