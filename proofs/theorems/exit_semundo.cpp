// exit/semundo: what the last holder of an undo list leaves on the semaphores; exit/semaphores: a namespace
// that nobody holds takes its sets with it. Those who sleep in semop are served by helpers/serve_waiters.
#include "proofs/machine/semantics.hpp"
#include "proofs/theorems/exit.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// More instructions than two semaphores and one entry ever take: code that goes on does not end. Each round
/// of such a loop asks of a value's sign, so it is not followed for long.
constexpr unsigned ENOUGH_STEPS = 1'000;
/// Where the contract of serve_waiters notes what it has seen.
constexpr std::uint32_t SEEN = 0xd7000000;

Word wide(const Word& value16, bool is_signed) { return is_signed ? sext(value16, 32) : zext(value16, 32); }

/// A value after `adjustment`: neither below 0 nor above SEMVMX.
Word adjusted(const Word& value, const Word& adjustment) {
    const Word sum = wide(value, false) + wide(adjustment, true);
    const Word not_below = ite(slt(sum, word32(0)), word32(0), sum);
    return extract(ite(slt(word32(SEMVMX), not_below), word32(SEMVMX), not_below), 15, 0);
}

class UndoProof : public ForkScene {
  public:
    UndoProof(MachineProof& proof, const std::string& title, bool entry)
        : ForkScene(proof, title, "task", {.undo = true, .undo_entry = entry}),
          pid_(world.object("Pid", "parent's pid", "pid")),
          seen_(world.bytes(SEEN, 4 * (SEMAPHORES + 1), "served")) {
        world.point(of(parent, "group_leader"), parent);
        world.point(of(parent, "pids[0].pid"), pid_);
        world.set(of(pid_, "level"), 0);
        scene.assume("the ipc namespace is held by the task's nsproxy too (undo-ipc)",
                     ult(word32(1), before(of(ipc_ns, "count"))));
        scene.contract("serve_waiters", [this](State& s) { serve(s); });
        scene.executor().limits.steps = ENOUGH_STEPS;
        shown_by_call(*this);
    }

    void prove() {
        const std::vector<Path> paths = scene.call("put_undo_list", {word32(undo.address)});
        const Place holders = of(undo, "count");
        const Truth last = eq(before(holders), word32(1));
        for (const Path& path : paths) {
            if (const auto gone = scene.when(path, last)) list_is_gone(*gone);
            if (const auto held = scene.when(path, !last))
                Changes(*this, *held).is(holders, before(holders) - word32(1)).nothing_else(Aspect::effect);
        }
        scene.reached("the last holder", paths, [&](const Path&) { return last; });
        scene.reached("one of several holders", paths, [&](const Path&) { return !last; });
    }

  private:
    [[nodiscard]] Place numbered(const Place& object, const char* field, unsigned i) const {
        return of(object, fmt::format("{}[{}]", field, i));
    }

    /// Notes that sleepers have been served once more, and the values that they have found.
    void serve(State& s) {
        if (!argument(s, 0).is(sem_set.address)) throw Violation("serve_waiters of what is not the set");
        s.memory.poke(seen_.address, s.memory.peek(seen_.address, 4) + word32(1), s.ip);
        for (unsigned i = 0; i < SEMAPHORES; i++) {
            const Place value = numbered(sem_set, "value", i);
            s.memory.poke(seen_.address + 4 * (i + 1), zext(s.memory.peek(value.address, value.size), 32),
                          s.ip);
        }
        returns_nothing(s);
    }

    void list_is_gone(const Path& path) {
        Changes changes(*this, path);
        changes.freed(undo).is(of(ipc_ns, "count"), before(of(ipc_ns, "count")) - word32(1));
        if (shape.undo_entry) {
            changes.freed(sem_undo).empty_list(of(sem_set, "undos.head"));
            const Place otime = of(sem_set, "otime");
            scene.prove(path, "the time of the last operation is now",
                        is_time_stamp(path.state, now(path, otime)));
            changes.anything(otime);
            changes.is({seen_.address, "", 4}, before({seen_.address, "", 4}) + word32(1));
            for (unsigned i = 0; i < SEMAPHORES; i++) value_is_adjusted(changes, i);
        }
        changes.nothing_else(Aspect::effect);
    }

    void value_is_adjusted(Changes& changes, unsigned i) {
        const Place value = numbered(sem_set, "value", i), pid = numbered(sem_set, "pid", i);
        const Word adjustment = before(numbered(sem_undo, "adjustment", i));
        const Word now = adjusted(before(value), adjustment);
        changes.is(value, now).is({seen_.address + 4 * (i + 1), "", 4}, zext(now, 32));
        // Where nothing is to be undone, whoever changed the value last stays so.
        const Word dying = extract(before(of(pid_, "numbers[0].nr")), 15, 0);
        changes.is(pid, ite(is_zero(adjustment), before(pid), dying));
    }

    Place pid_, seen_;
};

void semundo(MachineProof& proof) {
    UndoProof(proof, "the last holder of an undo list goes", true).prove();
    UndoProof(proof, "the last holder of an undo list with nothing in it", false).prove();
}

void namespace_ends(MachineProof& proof) {
    ForkScene f(proof, "the last holder of an ipc namespace goes", "task", {.undo = false});
    shown_by_call(f);
    const std::vector<Path> paths = f.scene.call("put_ipc_ns", {word32(f.ipc_ns.address)});
    const Place holders = f.of(f.ipc_ns, "count");
    const Truth last = eq(f.before(holders), word32(1));
    for (const Path& path : paths) {
        if (const auto gone = f.scene.when(path, last))
            Changes(f, *gone).freed(f.ipc_ns).freed(f.sem_set).nothing_else(Aspect::effect);
        if (const auto held = f.scene.when(path, !last))
            Changes(f, *held).is(holders, f.before(holders) - word32(1)).nothing_else(Aspect::effect);
    }
    f.scene.reached("the last holder", paths, [&](const Path&) { return last; });
    f.scene.reached("one of several holders", paths, [&](const Path&) { return !last; });
}

} // namespace

std::vector<Theorem> exit_semundo_theorems() {
    return {
        machine_theorem(
            "exit/semundo",
            "the adjustments are added, within 0..SEMVMX, exactly when the last holder goes; then "
            "sleepers are served",
            semundo),
        machine_theorem("exit/semaphores", "an ipc namespace that nobody holds takes its sets with it",
                        namespace_ends),
    };
}

} // namespace forkproof::proofs
