// wake_up_new_task: a child comes onto the run queue, and its parent may have to give way.
#include "proofs/theorems/scheduling.hpp"
#include "proofs/world/in_bochs.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t QUEUED = 0x51; ///< what the contract of enqueue leaves where the queue would

/// The child is made; what is left is to run it.
struct Waking {
    Waking(MachineProof& proof, const std::string& title, std::uint32_t childs_class)
        : f(proof, title, "signal-check"), rq(f.world.global("rq")) {
        f.world.set(f.of(f.child, "sched_class"), childs_class);
        shown_by_call(f);
    }

    /// check_preempt is proved below: here it answers anything, but it must be asked about the child.
    void use_preempt_contract() {
        f.scene.contract("check_preempt", [this](State& s) {
            if (!argument(s, 0).is(f.child.address))
                throw Violation("check_preempt is asked about another task");
            s.memory.poke(f.of(f.parent, "ti_flags").address, answer(), s.ip);
            returns_nothing(s);
        });
    }
    [[nodiscard]] Word answer() const { return f.world.any("ti_flags after check_preempt"); }

    [[nodiscard]] Place task(const std::string& name) { return f.world.object("Task", name, "task"); }
    [[nodiscard]] std::vector<Place> nodes(const Place& head, const std::vector<Place>& tasks) const {
        std::vector<Place> all = {head};
        for (const Place& task : tasks) all.push_back(f.of(task, "run_list"));
        return all;
    }
    [[nodiscard]] Word vruntime(const Place& task) const { return f.before(f.of(task, "vruntime")); }

    /// It runs, is counted, and stands in the list in this order; nothing else has changed.
    void stands(const Path& path, const std::vector<Place>& ring,
                const std::optional<std::pair<Place, Word>>& bits) {
        Changes changes(f, path);
        changes.is(f.of(f.child, "state"), TASK_RUNNING).is(f.of(f.child, "on_rq"), 1);
        changes.is(f.of(rq, "nr_running"), f.before(f.of(rq, "nr_running")) + word32(1));
        changes.is(f.of(f.parent, "ti_flags"), answer());
        for (std::size_t i = 0; i < ring.size(); i++) {
            const Place& next = ring[(i + 1) % ring.size()];
            changes.is({ring[i].address, "", 4}, next.address).is({next.address + 4, "", 4}, ring[i].address);
        }
        if (bits) changes.is(bits->first, bits->second);
        changes.nothing_else();
    }

    ForkScene f;
    Place rq;
};

} // namespace

void queued_at_its_place(MachineProof& proof) {
    constexpr unsigned MOST_OTHERS = 3;
    for (unsigned count = 0; count <= MOST_OTHERS; count++) {
        Waking w(proof, fmt::format("wake_up_new_task, {} others in the fair queue", count), CLASS_FAIR);
        w.use_preempt_contract();
        std::vector<Place> others;
        for (unsigned i = 0; i < count; i++) others.push_back(w.task(fmt::format("other {}", i)));
        const Place head = w.f.of(w.rq, "fair.head");
        w.f.world.ring(w.nodes(head, others));
        const Word child = w.vruntime(w.f.child);
        std::vector<unsigned> places;
        for (const Path& path : w.f.scene.call("wake_up_new_task", {word32(w.f.child.address)})) {
            const Word before = ForkScene::now(path, w.f.of(w.f.child, "run_list.prev"));
            unsigned at = 0;
            while (at < count && !before.is(w.nodes(head, others)[at].address)) at++;
            // Behind one that has not run longer, before one that has: a queue in order stays in order.
            if (at > 0)
                w.f.scene.prove(path, "the child is behind a task that has run no longer",
                                !ult(child, w.vruntime(others[at - 1])));
            if (at < count)
                w.f.scene.prove(path, "the child is before a task that has run longer",
                                ult(child, w.vruntime(others[at])));
            std::vector<Place> order = others;
            order.insert(order.begin() + at, w.f.child);
            w.stands(path, w.nodes(head, order), {});
            places.push_back(at);
        }
        for (unsigned at = 0; at <= count && !proof.replaying(); at++)
            w.f.scene.proof().check(fmt::format("a child may come to place {} behind {} others", at, count),
                                    std::count(places.begin(), places.end(), at) == 1);
    }
}

void queued_real_time(MachineProof& proof) {
    constexpr std::uint32_t MOST_OTHERS = 3;
    Waking w(proof, "wake_up_new_task of a real-time child", CLASS_RT);
    w.use_preempt_contract();
    // Lists of 0, 1 and 2 tasks, in turn; the bits are anything.
    std::vector<std::vector<Place>> lists(MAX_RT_PRIO);
    auto head = [&](std::uint32_t p) { return w.f.of(w.rq, fmt::format("rt[{}].head", p)); };
    for (std::uint32_t p = 0; p < MAX_RT_PRIO; p++) {
        for (std::uint32_t i = 0; i < p % MOST_OTHERS; i++)
            lists[p].push_back(w.task(fmt::format("task {} of priority {}", i, p)));
        w.f.world.ring(w.nodes(head(p), lists[p]));
    }
    const Place place = w.f.of(w.f.child, "prio");
    const Word prio = w.f.before(place);
    w.f.scene.show("child's prio", prio);
    for (std::uint32_t p = 0; p < MAX_RT_PRIO; p++) {
        // One priority at a time, as a number: what is computed of it then needs no solver.
        const Truth is_p = eq(prio, word32(p));
        State start = w.f.scene.start();
        if (is_p.known() && !is_p.value()) continue; // another one is replayed
        start.assume(is_p.expr(proof.z3()));
        start.memory.poke(place.address, word32(p));
        std::vector<Place> order = lists[p];
        order.push_back(w.f.child);
        const Place bits = w.f.of(w.rq, fmt::format("rt_bits[{}]", p / 32));
        const Word set = w.f.before(bits) | word32(1U << (p % 32));
        for (const Path& path :
             w.f.scene.call_from(std::move(start), "wake_up_new_task", {word32(w.f.child.address)}))
            w.stands(path, w.nodes(head(p), order), {{bits, set}});
    }
}

void wakes_up(MachineProof& proof) {
    for (const std::uint32_t its_class : {CLASS_FAIR, CLASS_RT}) {
        Waking w(proof,
                 fmt::format("wake_up_state of a {} task", its_class == CLASS_RT ? "real-time" : "fair"),
                 CLASS_FAIR);
        const Place t = w.task("sleeper"), minimum = w.f.of(w.rq, "min_vruntime"),
                    count = w.f.of(w.rq, "nr_running");
        auto of = [&](const char* field) { return w.f.of(t, field); };
        w.f.world.set(of("sched_class"), its_class);
        use_charge_contract(w.f);
        auto asked_about_it = [&](State& s) {
            if (!argument(s, 0).is(t.address)) throw Violation("asked about another task");
        };
        // As it is queued, and whoever runs is charged by then.
        w.f.scene.contract("enqueue", [&](State& s) {
            asked_about_it(s);
            s.memory.poke(of("run_list").address, word32(QUEUED), s.ip);
            returns_nothing(s);
        });
        w.f.scene.contract("check_preempt", [&](State& s) {
            asked_about_it(s);
            if (!s.memory.peek(of("run_list").address, 4).is(QUEUED))
                throw Violation("looked at before it is queued");
            s.memory.poke(w.f.of(w.f.parent, "ti_flags").address, w.answer(), s.ip);
            returns_nothing(s);
        });
        const Word states = w.f.world.any("states");
        const Truth asleep = !is_zero(w.f.before(of("state")) & states),
                    was_queued = !is_zero(w.f.before(of("on_rq")));
        const Word credit(64, SCHED_LATENCY / 2), least = w.f.before(minimum), ran = w.vruntime(t);
        const Word floor = ite(ult(credit, least), least - credit, Word(64, 0));
        const std::vector<Path> paths = w.f.scene.call("wake_up_state", {word32(t.address), states});
        for (const Path& path : paths) {
            const Truth answer = !is_zero(extract(path.state.get(Reg::eax), 7, 0));
            w.f.scene.prove(path, "it says whether the task was asleep so", !(answer ^ asleep));
            divide(
                w.f, path, asleep,
                [&](const Path& awake) {
                    divide(
                        w.f, awake, was_queued,
                        [&](const Path& part) {
                            Changes(w.f, part).is(of("state"), TASK_RUNNING).nothing_else(Aspect::effect);
                        },
                        [&](const Path& part) {
                            Changes changes(w.f, part);
                            changes.is(of("state"), TASK_RUNNING)
                                .is(of("on_rq"), 1)
                                .is(count, w.f.before(count) + word32(1));
                            if (its_class == CLASS_FAIR)
                                changes.is(of("vruntime"), ite(ult(ran, floor), floor, ran));
                            for (const char* field : charged_fields)
                                changes.is(w.f.of(w.f.parent, field), charged(w.f, field));
                            changes.is(minimum, charged(w.f, "min_vruntime"))
                                .is(w.f.of(w.f.parent, "ti_flags"), w.answer());
                            changes.is({of("run_list").address, "", 4}, QUEUED).nothing_else(Aspect::effect);
                        });
                },
                [&](const Path& part) { Changes(w.f, part).nothing_else(Aspect::effect); });
        }
        w.f.scene.reached("a sleeper is woken", paths, [&](const Path&) { return asleep && !was_queued; });
        w.f.scene.reached("one that does not sleep so is let alone", paths,
                          [&](const Path&) { return !asleep; });
    }
}

void preempts_rightly(MachineProof& proof) {
    for (const std::uint32_t childs_class : {CLASS_FAIR, CLASS_RT})
        for (const bool idle : {false, true}) {
            Waking w(proof,
                     fmt::format("check_preempt by a {} child{}",
                                 childs_class == CLASS_RT ? "real-time" : "fair",
                                 idle ? " of the idle task" : ""),
                     childs_class);
            const Place current = idle ? w.f.world.global("init_task") : w.f.parent;
            w.f.world.point(w.f.world.global("current_task"), current);
            const Sched me = sched_before(w.f, current), child = sched_before(w.f, w.f.child);
            const Truth fair = eq(me.sched_class, Word(8, CLASS_FAIR)),
                        rt = eq(me.sched_class, Word(8, CLASS_RT));
            w.f.scene.assume("a task is of one of the two classes", fair || rt);
            // Real-time before fair, the smaller number before the larger, and 1 ms for a fair one to be
            // worth it.
            const Truth by_rt = !rt || slt(child.prio, me.prio);
            const Truth by_fair = fair && ult(child.vruntime + Word(64, WAKEUP_GRANULARITY), me.vruntime);
            const Truth gives_way = idle ? Truth(true) : childs_class == CLASS_RT ? by_rt : by_fair;
            const Place flags = w.f.of(current, "ti_flags");
            const std::vector<Path> paths = w.f.scene.call("check_preempt", {word32(w.f.child.address)});
            for (const Path& path : paths)
                divide(
                    w.f, path, gives_way,
                    [&](const Path& part) {
                        Changes(w.f, part)
                            .is(flags, w.f.before(flags) | word32(TIF_NEED_RESCHED))
                            .nothing_else();
                    },
                    [&](const Path& part) { Changes(w.f, part).nothing_else(); });
            w.f.scene.reached("the current task gives way", paths, [&](const Path&) { return gives_way; });
            if (!idle)
                w.f.scene.reached("the current task goes on", paths, [&](const Path&) { return !gives_way; });
        }
}

} // namespace forkproof::proofs
