// serve_waiters, for one who sleeps in semop with two operations on two semaphores: both are done or none;
// whoever need not wait any longer is told so and woken. What one gives is another's to take. And
// destroy_sem_set while one sleeps.
#include "proofs/machine/semantics.hpp"
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// Where sleepers have their operations, and where the contract of wake_up_state counts: free parts of the
/// direct map.
constexpr std::uint32_t OPERATIONS = 0xd7000000, WOKEN = 0xd7001000, SPACING = 0x100;
constexpr std::uint32_t IPC_NOWAIT = 04000, SEM_UNDO = 0x1000; // linux-2.6.33 linux/ipc.h, linux/sem.h
constexpr std::uint32_t SLEEPING = 3;                          // interruptible or not

/// Somebody who sleeps for the set.
struct Sleeper {
    Place task, wait, operations, woken;
};

/// More instructions than two sleepers with two operations each ever take: code that goes on does not end.
constexpr unsigned ENOUGH_STEPS = 2'000;

class Sleepers : public ForkScene {
  public:
    Sleepers(MachineProof& proof, const std::string& title, const std::vector<unsigned>& operations)
        : ForkScene(proof, title, "task") {
        scene.executor().limits.steps = ENOUGH_STEPS;
        std::vector<Place> nodes = {sleepers()};
        for (const unsigned count : operations) {
            const std::uint32_t n = static_cast<std::uint32_t>(all.size());
            all.push_back({world.object("Task", fmt::format("sleeper {}", n), "task"),
                           world.object("SemWait", fmt::format("wait {}", n)),
                           world.array(OPERATIONS + n * SPACING, "SemOperation", count,
                                       fmt::format("operations {}", n)),
                           world.bytes(WOKEN + n * SPACING, 4, fmt::format("woken {}", n))});
            const auto& [task, wait, its_operations, woken] = all.back();
            nodes.push_back(of(wait, "node"));
            world.ring({of(wait, "sleeper.waiting"), of(task, "wait_node")});
            world.point(of(wait, "operations"), its_operations);
            world.point(of(wait, "undo"), sem_undo);
            world.set(of(wait, "count"), count);
            for (unsigned i = 0; i < count; i++) world.set(operation(n, i, "number"), i);
        }
        world.ring(nodes);
        scene.contract("wake_up_state", [this](State& s) { wakes(s); });
        scene.reproduce = nullptr; // a program that does this is tests/programs/semwait.c
    }

  protected:
    [[nodiscard]] Place operation(std::uint32_t sleeper, unsigned i, const char* field) const {
        const std::uint32_t size = world.layouts().size_of("SemOperation");
        return of({OPERATIONS + sleeper * SPACING + i * size, "SemOperation", size}, field);
    }
    [[nodiscard]] Place numbered(const Place& object, const char* field, unsigned i) const {
        return of(object, fmt::format("{}[{}]", field, i));
    }
    [[nodiscard]] Place sleepers() const { return of(sem_set, "waiting.head"); }
    /// The sleeper is told, and woken once.
    void told(Changes& changes, const Sleeper& who, const Word& how) {
        changes.is(of(who.wait, "error"), how).is(of(who.wait, "done"), 1);
        changes.is(who.woken, before(who.woken) + word32(1));
        for (const Place& node :
             {of(who.wait, "node"), of(who.wait, "sleeper.waiting"), of(who.task, "wait_node")})
            changes.empty_list(node);
    }
    void operated_now(const Path& path, Changes& changes) {
        const Place otime = of(sem_set, "otime");
        scene.prove(path, "the time of the last operation is now",
                    is_time_stamp(path.state, now(path, otime)));
        changes.anything(otime);
    }

    std::vector<Sleeper> all;

  private:
    void wakes(State& s) {
        if (!argument(s, 1).is(SLEEPING)) throw Violation("wake_up_state of other states");
        for (const Sleeper& who : all)
            if (argument(s, 0).is(who.task.address)) {
                s.memory.poke(who.woken.address, s.memory.peek(who.woken.address, 4) + word32(1), s.ip);
                return returns(s, word32(1));
            }
        throw Violation("wake_up_state of who does not sleep");
    }
};

class OneSleeps : public Sleepers {
  public:
    OneSleeps(MachineProof& proof, const std::string& title) : Sleepers(proof, title, {SEMAPHORES}) {}

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
            told(changes, all[0], how);
            changes.nothing_else();
        }
    }

  private:
    [[nodiscard]] Place error() const { return of(all[0].wait, "error"); }
    [[nodiscard]] Word change(unsigned i) const { return sext(before(operation(0, i, "change")), 32); }
    [[nodiscard]] Word value(unsigned i) const { return zext(before(numbered(sem_set, "value", i)), 32); }
    [[nodiscard]] Word adjustment(unsigned i) const {
        return sext(before(numbered(sem_undo, "adjustment", i)), 32);
    }
    [[nodiscard]] Truth flag_of(unsigned i, std::uint32_t bit) const {
        return !is_zero(zext(before(operation(0, i, "flags")), 32) & word32(bit));
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

    void ended(const Path& path, const Word& how) {
        Changes changes(*this, path);
        told(changes, all[0], how);
        changes.empty_list(sleepers()).nothing_else();
    }
    void done(const Path& path) {
        Changes changes(*this, path);
        told(changes, all[0], word32(0));
        operated_now(path, changes);
        changes.empty_list(sleepers());
        for (unsigned i = 0; i < SEMAPHORES; i++) {
            const Word noted = ite(flag_of(i, SEM_UNDO), adjustment(i) - change(i), adjustment(i));
            changes.is(numbered(sem_set, "value", i), extract(value(i) + change(i), 15, 0));
            changes.is(numbered(sem_set, "pid", i), before(of(all[0].wait, "pid")));
            changes.is(numbered(sem_undo, "adjustment", i), extract(noted, 15, 0));
        }
        changes.nothing_else();
    }
};

/// The first waits for what the second gives.
class TwoSleep : public Sleepers {
  public:
    explicit TwoSleep(MachineProof& proof)
        : Sleepers(proof, "the first waits for what the second gives", {1, 1}) {
        world.set(numbered(sem_set, "value", 0), 0);
        for (const std::uint32_t n : {0U, 1U}) world.set(operation(n, 0, "flags"), 0);
        world.set(operation(0, 0, "change"), 0xffff);
        world.set(operation(1, 0, "change"), 1);
    }

    void prove() {
        const std::vector<Path> paths = scene.call("serve_waiters", {word32(sem_set.address)});
        const Truth alters = !is_zero(before(of(all[1].wait, "alters"))); // else nobody looks for others
        for (const Path& path : paths) {
            if (const auto part = scene.when(path, alters)) served(*part, 2);
            if (const auto part = scene.when(path, !alters)) served(*part, 1);
        }
        scene.reached("both are served", paths, [&](const Path&) { return alters; });
    }

  private:
    void served(const Path& path, unsigned how_many) {
        const bool both = how_many == 2;
        Changes changes(*this, path);
        operated_now(path, changes);
        told(changes, all[1], word32(0));
        if (both) {
            told(changes, all[0], word32(0));
            changes.empty_list(sleepers());
        } else {
            const std::uint32_t first = of(all[0].wait, "node").address;
            changes.is({sleepers().address + 4, "", 4}, first).is({first, "", 4}, sleepers().address);
            changes.anything(of(all[0].wait, "error"));
        }
        changes.is(numbered(sem_set, "value", 0), both ? 0 : 1);
        changes.is(numbered(sem_set, "pid", 0), before(of(all[both ? 0 : 1].wait, "pid"))).nothing_else();
    }
};

} // namespace

std::vector<Theorem> helpers_semaphores_theorems() {
    return {
        machine_theorem(
            "helpers/serve_waiters",
            "who sleeps in semop gets all of its operations or none, and is woken when it need not wait "
            "any longer",
            [](MachineProof& proof) {
                OneSleeps(proof, "one sleeps for two semaphores").prove_served();
                TwoSleep(proof).prove();
            }),
        machine_theorem(
            "helpers/destroy_sem_set",
            "a set that is removed takes with it what was to be undone on it; sleepers are told EIDRM",
            [](MachineProof& proof) { OneSleeps(proof, "one sleeps").prove_removed(); }),
    };
}

} // namespace forkproof::proofs
