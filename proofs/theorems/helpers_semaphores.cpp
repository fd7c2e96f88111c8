// serve_waiters, for one who sleeps in semop with two operations on two semaphores: both are done or none;
// whoever need not wait any longer is told so and woken. And destroy_sem_set while one sleeps.
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// The sleeper's operations, and where the contract of wake_up_state counts; free parts of the direct map.
constexpr std::uint32_t OPERATIONS = 0xd7000000, WOKEN = 0xd7001000;
constexpr std::uint32_t IPC_NOWAIT = 04000, SEM_UNDO = 0x1000; // linux-2.6.33 linux/ipc.h, linux/sem.h
constexpr std::uint32_t SLEEPING = 3;                          // interruptible or not

class OneSleeps : public ForkScene {
  public:
    OneSleeps(MachineProof& proof, const std::string& title)
        : ForkScene(proof, title, "task"), sleeper_(world.object("Task", "sleeper", "task")),
          wait_(world.object("SemWait", "wait")),
          operations_(world.array(OPERATIONS, "SemOperation", SEMAPHORES, "operations")),
          woken_(world.bytes(WOKEN, 4, "woken")) {
        world.ring({of(sem_set, "waiting.head"), of(wait_, "node")});
        world.ring({of(wait_, "sleeper.waiting"), of(sleeper_, "wait_node")});
        world.point(of(wait_, "operations"), operations_);
        world.point(of(wait_, "undo"), sem_undo);
        world.set(of(wait_, "count"), SEMAPHORES);
        for (unsigned i = 0; i < SEMAPHORES; i++) world.set(operation(i, "number"), i);
        scene.contract("wake_up_state", [this](State& s) {
            if (!argument(s, 0).is(sleeper_.address)) throw Violation("wake_up_state of who does not sleep");
            if (!argument(s, 1).is(SLEEPING)) throw Violation("wake_up_state of other states");
            s.memory.poke(woken_.address, s.memory.peek(woken_.address, 4) + word32(1), s.ip);
            returns(s, word32(1));
        });
        scene.reproduce = nullptr; // a program that does this is tests/programs/semwait.c
    }

    void prove_served() {
        const std::vector<Path> paths = scene.call("serve_waiters", {word32(sem_set.address)});
        const Truth first_fails = fails(0), first_waits = waits(0) && !nowait(0);
        const Truth stays = first_waits || (!first_fails && waits(1) && !nowait(1));
        const Truth failed = !stays && (first_fails || fails(1));
        for (const Path& path : paths) {
            if (const auto part = scene.when(path, stays))
                Changes(*this, *part).anything(error()).nothing_else();
            if (const auto part = scene.when(path, failed))
                ended(*part, ite(first_fails, errno_of(0), errno_of(1)));
            if (const auto part = scene.when(path, !stays && !failed)) done(*part);
        }
        scene.reached("it goes on sleeping", paths, [&](const Path&) { return stays; });
        scene.reached("it fails", paths, [&](const Path&) { return failed; });
        scene.reached("it is served", paths, [&](const Path&) { return !stays && !failed; });
    }

    void prove_removed() {
        const Place sets = of(ipc_ns, "sem_sets"), entries = of(undo, "entries.head");
        const Word how = errno_word(Errno::EIDRM);
        for (const Path& path : scene.call("destroy_sem_set", {word32(sem_set.address)})) {
            Changes changes(*this, path);
            changes.freed(sem_set).freed(sem_undo).empty_list(sets).empty_list(entries);
            told(changes, how).nothing_else();
        }
    }

  private:
    [[nodiscard]] Place operation(unsigned i, const char* field) const {
        const std::uint32_t size = world.layouts().size_of("SemOperation");
        return of({OPERATIONS + i * size, "SemOperation", size}, field);
    }
    [[nodiscard]] Place numbered(const Place& object, const char* field, unsigned i) const {
        return of(object, fmt::format("{}[{}]", field, i));
    }
    [[nodiscard]] Place sleepers() const { return of(sem_set, "waiting.head"); }
    [[nodiscard]] Place error() const { return of(wait_, "error"); }
    [[nodiscard]] Word change(unsigned i) const { return sext(before(operation(i, "change")), 32); }
    [[nodiscard]] Word value(unsigned i) const { return zext(before(numbered(sem_set, "value", i)), 32); }
    [[nodiscard]] Word adjustment(unsigned i) const {
        return sext(before(numbered(sem_undo, "adjustment", i)), 32);
    }
    [[nodiscard]] Truth flag_of(unsigned i, std::uint32_t bit) const {
        return !is_zero(zext(before(operation(i, "flags")), 32) & word32(bit));
    }
    [[nodiscard]] Truth nowait(unsigned i) const { return flag_of(i, IPC_NOWAIT); }

    /// What Linux says of one operation: it has to wait, or leads too high.
    [[nodiscard]] Truth waits(unsigned i) const {
        return slt(value(i) + change(i), word32(0)) || (is_zero(change(i)) && !is_zero(value(i)));
    }
    [[nodiscard]] Truth too_high(unsigned i) const {
        const Word noted = adjustment(i) - change(i);
        const Truth no_place = slt(word32(SEMVMX), noted) || slt(noted, word32(0) - word32(SEMVMX + 1));
        return slt(word32(SEMVMX), value(i) + change(i)) || (flag_of(i, SEM_UNDO) && no_place);
    }
    [[nodiscard]] Truth fails(unsigned i) const {
        return (waits(i) && nowait(i)) || (!waits(i) && too_high(i));
    }
    [[nodiscard]] Word errno_of(unsigned i) const {
        return ite(waits(i), errno_word(Errno::EAGAIN), errno_word(Errno::ERANGE));
    }

    /// The sleeper is told, off the list, and woken once.
    Changes& told(Changes& changes, const Word& how) {
        changes.is(error(), how).is(of(wait_, "done"), 1).is(woken_, before(woken_) + word32(1));
        for (const Place& node : {of(wait_, "node"), of(wait_, "sleeper.waiting"), of(sleeper_, "wait_node")})
            changes.empty_list(node);
        return changes;
    }
    void ended(const Path& path, const Word& how) {
        Changes changes(*this, path);
        told(changes, how).empty_list(sleepers()).nothing_else();
    }
    void done(const Path& path) {
        Changes changes(*this, path);
        told(changes, word32(0)).empty_list(sleepers()).anything(of(sem_set, "otime"));
        for (unsigned i = 0; i < SEMAPHORES; i++) {
            const Word noted = ite(flag_of(i, SEM_UNDO), adjustment(i) - change(i), adjustment(i));
            changes.is(numbered(sem_set, "value", i), extract(value(i) + change(i), 15, 0));
            changes.is(numbered(sem_set, "pid", i), before(of(wait_, "pid")));
            changes.is(numbered(sem_undo, "adjustment", i), extract(noted, 15, 0));
        }
        changes.nothing_else();
    }

    Place sleeper_, wait_, operations_, woken_;
};

} // namespace

std::vector<Theorem> helpers_semaphores_theorems() {
    return {
        machine_theorem(
            "helpers/serve_waiters",
            "who sleeps in semop gets all of its operations or none, and is woken when it need not wait "
            "any longer",
            [](MachineProof& proof) { OneSleeps(proof, "one sleeps for two semaphores").prove_served(); }),
        machine_theorem(
            "helpers/destroy_sem_set",
            "a set that is removed takes with it what was to be undone on it; sleepers are told EIDRM",
            [](MachineProof& proof) { OneSleeps(proof, "one sleeps").prove_removed(); }),
    };
}

} // namespace forkproof::proofs
