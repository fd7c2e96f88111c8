// do_fork: what happens around the steps: the verdict first, then the steps, then publish, then what only a
// published child may see; errors passed on as they are.
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "invariants/rules.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

struct DoForkScene : ForkScene {
    Place pid;
    Word refused_by, error, privileged, step_error, context_at, number;

    explicit DoForkScene(MachineProof& proof)
        : ForkScene(proof, "any call of do_fork()", "publish"),
          pid(world.object("Pid", "child's pid", "pid")), refused_by(world.any("refused_by", 8)),
          error(world.any("error of the verdict")),
          privileged(from_truth(bit(world.any("privilege was used", 1), 0), 8)),
          step_error(world.any("error of the steps")), context_at(word32(0)),
          number(before(of(pid, "numbers[0].nr"))) {
        // As copy_process finds it: no child yet. Child and pid are what its contract makes.
        world.set(of(request, "child"), 0);
        world.point(of(of_parent_pid(), "numbers[0].ns"), pid_ns);
        world.set(of(pid, "level"), 0);
        world.point(of(pid, "numbers[0].ns"), pid_ns);
        world.set(of(world.global("siglock"), "holder_"), 0);
        // What the verdict theorem says of its answers.
        const Truth refuses = !eq(refused_by, Word(8, static_cast<unsigned>(RuleId::none)));
        scene.assume("the verdict has an errno exactly if it refuses", refuses ^ is_zero(error));
        scene.assume("an errno is at most MAX_ERRNO",
                     ult(error, word32(MAX_ERRNO + 1)) && ult(step_error, word32(MAX_ERRNO + 1)));
        scene.show("refused by", zext(refused_by, 32));
        scene.show("step error", step_error);
        contracts();
        scene.reproduce = [this](const Values& value) { return command(value); };
    }

    [[nodiscard]] Truth refuses() const { return !is_zero(error); }

    /// Everything that happened, by name, in order.
    static std::string story(const State& state) {
        std::string story;
        for (const Event* e = state.events().get(); e; e = e->before.get())
            if (e->kind == Event::Kind::note) story.insert(0, e->note + " ");
        return story;
    }

  private:
    /// The call that the verdict refuses so, or that fails so in a step, or that succeeds.
    [[nodiscard]] std::string command(const Values& value) const {
        const auto word = static_cast<std::uint32_t>(value(flags));
        if (RuleSet(static_cast<std::uint32_t>(value(in_force))) != profile_default) return "";
        if ((word & CLONE_VFORK) && (word & CLONE_STOPPED)) return ""; // nobody would wake the child
        if (static_cast<RuleId>(value(refused_by)) != refused_in_boot(word)) return "";
        const std::string name = errno_name(static_cast<Errno>(value(step_error)));
        if (value(error) != 0 || value(step_error) == 0) return clone_command(word);
        return clone_command(word, name == "?" ? "files" : "files:" + name);
    }

    Place of_parent_pid() {
        leader_pid = world.object("Pid", "parent's pid", "pid");
        world.set(of(leader_pid, "level"), 0);
        world.point(of(parent, "pids[0].pid"), leader_pid);
        return leader_pid;
    }

    void happens(const std::string& function, const std::function<void(State&)>& effect) {
        scene.contract(function, [function, effect](State& s) {
            s.note(Event::Kind::note, s.ip, 0, function);
            effect(s);
        });
    }

    void contracts() {
        auto nothing = [](State& s) { returns_nothing(s); };
        scene.contract("verdict_context", [this](State& s) {
            const Word to = argument(s, 0);
            if (s.decide(!eq(argument(s, 1), flags)))
                throw Violation("the verdict's context is asked for another flag word");
            returns(s, to);
            s.set(Reg::esp, s.get(Reg::esp) + word32(4)); // the hidden argument is the callee's to pop
            const std::uint32_t size = world.layouts().size_of("VerdictContext");
            for (std::uint32_t i = 0; i < size; i += 4)
                s.memory.poke(s.address(to) + i, world.any(fmt::format("context[{}]", i)));
        });
        happens("verdict", [this](State& s) {
            const Word to = argument(s, 0);
            if (s.decide(!eq(argument(s, 1), flags)))
                throw Violation("the verdict is asked of another flag word");
            if (s.decide(!eq(argument(s, 3), in_force)))
                throw Violation("the verdict is asked under other rules");
            for (std::uint32_t i = 0; i < world.layouts().size_of("VerdictContext"); i += 4)
                if (!s.memory.peek(s.address(argument(s, 2)) + i, 4)
                         .same(world.any(fmt::format("context[{}]", i))))
                    throw Violation("the verdict is asked of another context");
            const Place answer{s.address(to), "Verdict", 0};
            auto put = [&](const char* field, const Word& value) {
                s.memory.poke(of(answer, field).address, value);
            };
            put("refused_by", refused_by);
            put("error", error);
            put("used_privilege", privileged);
            returns(s, to);
            s.set(Reg::esp, s.get(Reg::esp) + word32(4));
        });
        happens("log_stopped_flag", nothing);
        // Defect B16: what is written under the lock.
        const auto siglock_while = [this](const char* what, bool stopped) {
            return [this, what, stopped](State& s) {
                const Word state = s.memory.peek(of(child, "state").address, 4),
                           pending = s.memory.peek(of(child, "pending").address, 8);
                const bool touched = state.is(4) || !pending.same(before(of(child, "pending")));
                if (!argument(s, 0).is(world.image().symbol("siglock")) || touched != stopped)
                    throw Violation(std::string("siglock is ") + what);
                returns_nothing(s);
            };
        };
        happens("Lock::lock", siglock_while("taken after the child's signals have been touched", false));
        happens("Lock::unlock", siglock_while("dropped before the child is stopped", true));
        (void)world.global("calls_are_watched"); // or not
        scene.contract("fail_injection_call_begins", nothing);
        scene.contract("fail_injection_call_ends", nothing);
        scene.contract("clone_accepted", nothing);
        scene.proof().assumption(
            "fail= is not on the command line; the checker (clone_accepted) changes nothing");
        happens("copy_process", [this](State& s) {
            const bool failed = s.decide(!is_zero(step_error));
            if (!failed) {
                s.memory.poke(of(request, "child").address, word32(child.address));
                s.memory.poke(of(request, "pid").address, word32(pid.address));
            }
            returns(s, failed ? step_error : word32(0));
        });
        happens("publish", nothing);
        happens("copy_to_user", [this](State& s) {
            if (!s.memory.peek(s.address(argument(s, 1)), 4).same(number) || !argument(s, 2).is(4))
                throw Violation("something else than the child's number is stored for PARENT_SETTID");
            if (!argument(s, 0).same(before(of(request, "parent_tid"))))
                throw Violation("the child's number is stored elsewhere than at parent_tid");
            returns(s, s.unknown("what copy_to_user returns", 32));
        });
        happens("wake_up_new_task", [this](State& s) {
            if (!argument(s, 0).is(child.address)) throw Violation("another task than the child is woken");
            returns_nothing(s);
        });
        happens("wait_for_completion", [this](State& s) {
            const std::uint32_t completion = s.address(argument(s, 0));
            if (!s.memory.peek(of(child, "vfork_done").address, 4).is(completion))
                throw Violation("the parent waits for what the child does not know");
            const Place waited{completion, "Completion", 0};
            if (!s.memory.peek(of(waited, "waiter").address, 4).is(parent.address) ||
                !is_zero(s.memory.peek(of(waited, "done").address, 1)).known())
                throw Violation("the completion does not name the waiting parent");
            returns_nothing(s);
        });
    }
};

void ways(MachineProof& proof) {
    DoForkScene d(proof);
    std::vector<Path> paths = d.call("do_fork");
    bootable_first(d, paths);
    constexpr std::uint32_t PF_STARTING = 0x2, PF_SUPERPRIV = 0x100, TIF_SIGPENDING = 0x4, TASK_STOPPED = 4,
                            SIGSTOP = 19;
    for (const Path& path : paths)
        for (const bool stopped : {false, true})
            for (const bool vfork : {false, true})
                for (const bool set_tid : {false, true}) {
                    auto is = [](const Truth& t, bool wanted) { return wanted ? t : !t; };
                    const auto part = d.scene.when(path, is(d.flag(CLONE_STOPPED), stopped) &&
                                                             is(d.flag(CLONE_VFORK), vfork) &&
                                                             is(d.flag(CLONE_PARENT_SETTID), set_tid));
                    if (!part) continue;
                    const Truth refused = d.refuses(), failed = !is_zero(d.step_error);
                    const Truth silent =
                        eq(d.refused_by, Word(8, static_cast<unsigned>(RuleId::newuser_thread))) ||
                        eq(d.refused_by, Word(8, static_cast<unsigned>(RuleId::newuser_caps)));
                    for (const bool quiet : {false, true}) {
                        const auto way = d.scene.when(*part, is(silent, quiet));
                        if (!way) continue;
                        std::string story = "verdict ";
                        if (stopped && !quiet) story += "log_stopped_flag ";
                        Changes changes(d, *way);
                        const Word old_flags = d.before(d.of(d.parent, "flags"));
                        changes.is(d.of(d.parent, "flags"),
                                   ite(is_zero(d.privileged), old_flags, old_flags | word32(PF_SUPERPRIV)));
                        const Word result = way->state.get(Reg::eax);
                        if (d.scene.possible(*way, refused)) {
                            d.scene.prove(*way, "a refused call goes no further", refused);
                            d.scene.equal(*way, "what do_fork returns", result, word32(0) - d.error);
                        } else if (d.scene.possible(*way, failed)) {
                            d.scene.prove(*way, "a failed call goes no further", failed);
                            story += "copy_process ";
                            d.scene.equal(*way, "what do_fork returns", result, word32(0) - d.step_error);
                        } else {
                            story += "copy_process publish ";
                            if (set_tid) story += "copy_to_user ";
                            story += stopped ? "Lock::lock Lock::unlock " : "wake_up_new_task ";
                            if (vfork) story += "wait_for_completion ";
                            d.scene.equal(*way, "what do_fork returns", result, d.number);
                            changes.is(d.of(d.child, "flags"),
                                       d.before(d.of(d.child, "flags")) & word32(~PF_STARTING));
                            if (vfork) changes.anything(d.of(d.child, "vfork_done"));
                            if (stopped) {
                                const Place pending = d.of(d.child, "pending");
                                changes.is(pending, d.before(pending) | Word(64, 1ULL << (SIGSTOP - 1)));
                                changes.is(d.of(d.child, "ti_flags"),
                                           d.before(d.of(d.child, "ti_flags")) | word32(TIF_SIGPENDING));
                                changes.is(d.of(d.child, "state"), TASK_STOPPED);
                            }
                            changes.is(d.of(d.request, "child"), d.child.address);
                            changes.is(d.of(d.request, "pid"), d.pid.address);
                        }
                        const std::string got = d.story(way->state);
                        d.scene.check(*way, fmt::format("expected: {}- happened: {}", story, got),
                                      got == story);
                        changes.nothing_else();
                    }
                }
    d.scene.reached("refused", paths, [&](const Path&) { return d.refuses(); });
    d.scene.reached("a failing step", paths,
                    [&](const Path&) { return !d.refuses() && !is_zero(d.step_error); });
    d.scene.reached("success", paths, [&](const Path&) { return !d.refuses() && is_zero(d.step_error); });
}

} // namespace

std::vector<Theorem> do_fork_theorems() {
    return {machine_theorem("do_fork/ways",
                            "verdict, steps, publish, start; errors passed on, each thing once", ways)};
}

} // namespace forkproof::proofs
