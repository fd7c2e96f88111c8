// pid and signal-check: a number in each pid namespace from the child's own up to the first, and the last
// look before the child exists.
#include "proofs/theorems/step_contract.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/process_numbers.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

Word result_of(const Path& path) { return path.state.get(Reg::eax); }
Truth result_is(const Path& path, Errno e) { return eq(result_of(path), errno_word(e)); }

/// How deep the caller's pid namespace lies, and what is in the buckets that the child's numbers fall into.
struct PidShape {
    unsigned level = 0;
    unsigned others = 0;      ///< other numbers in each bucket
    bool same_bucket = false; ///< all of the child's numbers fall into one
};

ForkShape at_level(unsigned level) {
    ForkShape shape;
    shape.pid_level = level;
    return shape;
}

constexpr unsigned NUMBERS_IN_PID = 8, LINKS = 3; // MAX_PID_NS_LEVEL + 1, PIDTYPE_MAX

struct PidScene : ForkScene {
    std::vector<Place> chain; ///< the caller's pid namespace and those above it, by level
    Place new_ns;             ///< what CLONE_NEWPID has made
    NumberSpaces numbers;

    PidScene(MachineProof& proof, const PidShape& wanted)
        : ForkScene(proof,
                    fmt::format("pid at level {}, {} others in {}", wanted.level, wanted.others,
                                wanted.same_bucket ? "the one bucket" : "each bucket"),
                    "pid", at_level(wanted.level)),
          numbers(scene) {
        chain.push_back(pid_ns);
        for (unsigned level = wanted.level; level-- > 0;) {
            const std::string name = fmt::format("pid namespace of level {}", level);
            chain.insert(chain.begin(), world.object("PidNs", name, "pid_ns"));
            world.set(of(chain.front(), "level"), level);
            world.point(of(chain[1], "parent"), chain.front());
        }
        world.set(of(chain.front(), "parent"), 0);
        new_ns = world.object("PidNs", "new pid namespace", "pid_ns");
        world.set(of(new_ns, "count"), 1);
        world.set(of(new_ns, "level"), wanted.level + 1);
        world.point(of(new_ns, "parent"), pid_ns);
        world.set(of(own["nsproxy"], "pid_ns"),
                  ite(flag(CLONE_NEWPID), word32(new_ns.address), word32(pid_ns.address)));
        for (const Place& ns : chain) {
            const bool same = wanted.same_bucket && !numbers.all().empty();
            const NumberSpace first = same ? numbers.all().front() : NumberSpace{ns, word32(0), {}, {}};
            numbers.add(ns, wanted.others, same ? &first : nullptr);
        }
        const NumberSpace last = numbers.all().back();
        numbers.add(new_ns, wanted.others, wanted.same_bucket ? &last : nullptr);
        numbers.use_contracts();
        if (wanted.level + 1 == NUMBERS_IN_PID)
            scene.assume("no pid namespace is made below level 7 (steps/namespaces)", !flag(CLONE_NEWPID));
    }

    /// The child's namespace and all above, by level.
    [[nodiscard]] std::vector<Place> all_of(bool in_new_ns) const {
        std::vector<Place> all = chain;
        if (in_new_ns) all.push_back(new_ns);
        return all;
    }

    void given(const Path& path, bool in_new_ns) {
        const std::vector<Place> spaces = all_of(in_new_ns);
        Changes changes(*this, path);
        const Place pid = changes.fresh("pid");
        changes.is(of(request, "pid"), pid.address);
        changes.is(of(pid, "count"), 1).is(of(pid, "held"), 0).is(of(pid, "level"), spaces.size() - 1);
        for (unsigned i = 0; i < LINKS; i++) linked(changes, of(pid, fmt::format("tasks[{}]", i)), {});
        // Level by level each number is put in front of its bucket.
        std::map<std::uint32_t, std::vector<Place>> buckets;
        for (unsigned i = 0; i < NUMBERS_IN_PID; i++) {
            const Place upid = of(pid, fmt::format("numbers[{}]", i));
            const Place node = of(upid, "hash");
            if (i >= spaces.size()) {
                changes.is(of(upid, "nr"), 0).is(of(upid, "ns"), 0);
                linked(changes, node, {});
                continue;
            }
            const NumberSpace& s = numbers.of(spaces[i].address);
            changes.is(of(upid, "nr"), s.number).is(of(upid, "ns"), s.ns.address);
            changes.is(s.byte, world.get(s.byte) | s.bit_of_number());
            changes.is(of(s.ns, "nr_free"), before(of(s.ns, "nr_free")) - word32(1));
            changes.is(of(s.ns, "last_pid"), s.number);
            auto& bucket = buckets[s.bucket.address];
            bucket.insert(bucket.begin(), node);
        }
        for (const auto& [address, front] : buckets) {
            std::vector<Place> rest = front;
            for (Word at = world.get({address, "", 4}); !at.is(address);) {
                const auto node = static_cast<std::uint32_t>(at.value());
                rest.push_back({node, "", 8});
                at = world.get({node, "", 4});
            }
            linked(changes, {address, "", 8}, rest);
        }
        changes.is(of(spaces.back(), "count"), before(of(spaces.back(), "count")) + word32(1));
        const Word number = numbers.of(spaces[0].address).number;
        changes.is(of(child, "pid"), number);
        changes.is(of(child, "tgid"), ite(flag(CLONE_THREAD), before(of(parent, "tgid")), number));
        changes.nothing_else();
    }

    /// The nodes form a ring, in this order after the head.
    static void linked(Changes& changes, const Place& head, const std::vector<Place>& rest) {
        std::vector<Place> ring{head};
        ring.insert(ring.end(), rest.begin(), rest.end());
        for (std::size_t i = 0; i < ring.size(); i++) {
            const Place& next = ring[(i + 1) % ring.size()];
            changes.is({ring[i].address, "", 4}, next.address).is({next.address + 4, "", 4}, ring[i].address);
        }
    }
};

void pid_in(MachineProof& proof, const PidShape& shape) {
    PidScene f(proof, shape);
    const std::vector<Path> paths = f.acquire("pid");
    const Truth in_new_ns = f.flag(CLONE_NEWPID);
    for (const Path& path : paths) {
        shown_by_errno(f, "pid", path);
        f.scene.equal(path, "errno of step pid", result_of(path), errno_of_allocations(path));
        shown_by_acquire(f, "pid", path);
        if (auto failed = f.scene.when(path, !result_is(path, Errno::OK)))
            restored(f, *failed, {ResidueWhen::pid_reached});
        auto made = f.scene.when(path, result_is(path, Errno::OK));
        if (!made) continue;
        if (auto part = f.scene.when(*made, in_new_ns)) f.given(*part, true);
        if (auto part = f.scene.when(*made, !in_new_ns)) f.given(*part, false);
        f.check_stage(*made, "pid");
        // The child's own words for it go with the child.
        for (const Path& undone : f.release(*made, "pid"))
            Changes(f, undone)
                .anything(f.of(f.child, "pid"))
                .anything(f.of(f.child, "tgid"))
                .also(ResidueWhen::pid_reached)
                .nothing_else(Aspect::effect); // what a release does
    }
    f.scene.reached("a pid in the caller's namespace", paths,
                    [&](const Path& p) { return result_is(p, Errno::OK) && !in_new_ns; });
    if (shape.level + 1 == NUMBERS_IN_PID) return;
    f.scene.reached("a pid in a new namespace", paths,
                    [&](const Path& p) { return result_is(p, Errno::OK) && in_new_ns; });
    // Numbers are out at the last level, after one has been taken at each before.
    const NumberSpace& deepest = f.numbers.of(f.pid_ns.address);
    f.scene.reached("numbers are out after some have been taken", paths, [&](const Path& p) {
        return !result_is(p, Errno::OK) && in_new_ns &&
               !eq(ForkScene::now(p, f.of(f.new_ns, "last_pid")), f.before(f.of(f.new_ns, "last_pid"))) &&
               eq(ForkScene::now(p, f.of(deepest.ns, "nr_free")), f.before(f.of(deepest.ns, "nr_free")));
    });
}

void step_pid(MachineProof& proof) {
    for (const PidShape& shape : {PidShape{0, 0, false}, PidShape{1, 1, false}, PidShape{2, 2, true}})
        pid_in(proof, shape);
}

void step_pid_deep(MachineProof& proof) {
    for (unsigned level = 3; level < NUMBERS_IN_PID; level++)
        pid_in(proof, {level, level % 3, level % 2 == 0});
}

constexpr std::uint32_t TIF_SIGPENDING = 1U << 2;

/// A signal that is not blocked waits for the caller or its group, or the group is about to stop.
Truth signal_waits(const ForkScene& f) {
    const Word waiting = f.before(f.of(f.parent, "pending")) | f.before(f.of(f.signal, "shared_pending"));
    return !is_zero(waiting & ~f.before(f.of(f.parent, "blocked"))) ||
           !is_zero(f.before(f.of(f.signal, "group_stop_count")));
}

void step_signal_check(MachineProof& proof) {
    ForkScene f(proof, "signal-check", "signal-check");
    Scene& scene = f.scene;
    const Place tasklist_holder = f.of(f.world.global("tasklist_lock"), "holder_");
    const Place siglock_holder = f.of(f.world.global("siglock"), "holder_");
    f.world.set(tasklist_holder, 0);
    f.world.set(siglock_holder, 0);
    scene.assume("nobody holds tasklist_lock or siglock when a call begins (the lock invariant)", true);

    const Place ti_flags = f.of(f.parent, "ti_flags");
    const Word waiting = f.before(f.of(f.parent, "pending")) | f.before(f.of(f.signal, "shared_pending"));
    const Truth pending = signal_waits(f);
    const Word others = f.before(ti_flags) & word32(~TIF_SIGPENDING);

    const std::vector<Path> paths = f.acquire("signal-check");
    for (const Path& path : paths) {
        if (auto again = scene.when(path, pending)) {
            shown_by_failure(f, "signal-check");
            scene.equal(*again, "errno of acquire_signal_check", result_of(*again),
                        errno_word(Errno::ERESTARTNOINTR));
            Changes(f, *again).is(ti_flags, others | word32(TIF_SIGPENDING)).nothing_else();
            restored(f, *again);
        }
        if (auto goes_on = scene.when(path, !pending)) {
            shown_by_call(f);
            scene.equal(*goes_on, "the answer of acquire_signal_check", result_of(*goes_on), word32(0));
            Changes(f, *goes_on)
                .is(ti_flags, others)
                .is(tasklist_holder, f.parent.address)
                .is(siglock_holder, f.parent.address)
                .nothing_else();
            f.check_stage(*goes_on, "signal-check");
        }
    }
    scene.reached("a signal is pending", paths, [&](const Path&) { return pending; });
    scene.reached("a group stop is under way", paths, [&](const Path&) {
        return is_zero(waiting) && !is_zero(f.before(f.of(f.signal, "group_stop_count")));
    });
    scene.reached("a signal is blocked", paths, [&](const Path&) { return !pending && !is_zero(waiting); });
}

/// On its own: other code calls it, too, with another stack below it.
void helper_recalc_sigpending(MachineProof& proof) {
    ForkScene f(proof, "recalc_sigpending", "");
    const Place ti_flags = f.of(f.parent, "ti_flags");
    const Word others = f.before(ti_flags) & word32(~TIF_SIGPENDING);
    for (const Path& path : f.scene.call("recalc_sigpending", {}))
        Changes(f, path)
            .is(ti_flags, others | ite(signal_waits(f), word32(TIF_SIGPENDING), word32(0)))
            .nothing_else(Aspect::effect);
}

} // namespace

std::vector<Theorem> steps_pid_theorems() {
    return {
        machine_theorem(
            "steps/pid",
            "a number in each pid namespace from the child's own upwards, or ENOMEM and none; both a "
            "failure and a release restore",
            step_pid),
        machine_theorem("steps/pid-deep", "the same in pid namespaces that lie 3 to 7 deep", step_pid_deep,
                        true),
        machine_theorem("steps/signal-check",
                        "both locks are held and no signal is pending, or ERESTARTNOINTR and all as before",
                        step_signal_check),
        machine_theorem("helpers/recalc_sigpending", "TIF_SIGPENDING is set exactly if a signal waits",
                        helper_recalc_sigpending)};
}

} // namespace forkproof::proofs
