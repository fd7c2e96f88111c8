// sched: what the child has of its parent's place in the scheduler, field by field; and what follows from
// that for a parent as sched_setscheduler and nice leave it, reset-on-fork above all.
#include "proofs/theorems/scheduling.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

Truth consistent(const Sched& s) {
    Truth known_policy = false;
    for (const std::uint32_t policy : {POLICY_NORMAL, POLICY_FIFO, POLICY_RR, POLICY_BATCH, POLICY_IDLE})
        known_policy = known_policy || eq(s.policy, word32(policy));
    const Truth rt = is_rt_policy(s);
    const Truth of_rt = !is_zero(s.rt_priority) && ult(s.rt_priority, word32(MAX_RT_PRIO)) &&
                        eq(s.normal_prio, word32(MAX_RT_PRIO - 1) - s.rt_priority) &&
                        eq(s.sched_class, Word(8, CLASS_RT));
    const Truth of_fair =
        is_zero(s.rt_priority) && eq(s.normal_prio, s.static_prio) && eq(s.sched_class, Word(8, CLASS_FAIR));
    return known_policy && ((rt && of_rt) || (!rt && of_fair)) && eq(s.prio, s.normal_prio) &&
           !ult(s.static_prio, word32(MAX_RT_PRIO)) && ult(s.static_prio, word32(MAX_PRIO)) &&
           (!eq(s.static_prio, word32(NICE_0)) || eq(s.load_weight, word32(NICE_0_LOAD)));
}

namespace {

void reset_on_fork(MachineProof& proof) {
    SchedScene s(proof, "sched_fork of a task with reset-on-fork");
    s.assume_consistent();
    s.show_caller();
    s.f.scene.assume("the caller has reset-on-fork set", s.reset());
    s.f.scene.assume("the rule reset-on-fork holds", s.rule());
    const std::vector<Path> paths = s.f.acquire("sched");
    for (const Path& path : paths) {
        const Sched child = sched_now(s.f, path, s.f.child);
        auto prove = [&](const char* words, const Truth& claim) { s.f.scene.prove(path, words, claim); };
        prove("the child's prio is its normal_prio", eq(child.prio, child.normal_prio));
        prove("the child's prio is not real-time",
              !ult(child.prio, word32(MAX_RT_PRIO)) && ult(child.prio, word32(MAX_PRIO)));
        prove("the child is of the fair class", eq(child.sched_class, Word(8, CLASS_FAIR)));
        prove("the child's policy is not real-time", !is_rt_policy(child) && is_zero(child.rt_priority));
        prove("the child's nice level is not negative", !ult(child.static_prio, word32(NICE_0)));
        prove("a negative nice level becomes 0, with its weight",
              !ult(s.caller.static_prio, word32(NICE_0)) ||
                  (eq(child.static_prio, word32(NICE_0)) && eq(child.load_weight, word32(NICE_0_LOAD))));
        prove("the child has no reset-on-fork of its own", is_zero(child.reset_on_fork));
    }
    s.f.scene.reached("the caller is real-time", paths, [&](const Path&) { return is_rt_policy(s.caller); });
    s.f.scene.reached("the caller's nice level is negative", paths,
                      [&](const Path&) { return ult(s.caller.static_prio, word32(NICE_0)); });
}

void as_the_parent(MachineProof& proof) {
    SchedScene s(proof, "sched_fork of a task without reset-on-fork");
    s.assume_consistent();
    s.show_caller();
    s.f.scene.assume("the caller has no reset-on-fork", !s.reset());
    for (const Path& path : s.f.acquire("sched")) {
        const Sched child = sched_now(s.f, path, s.f.child);
        s.f.scene.prove(
            path, "priorities, policy, class and weight are the parent's",
            eq(child.prio, s.caller.prio) && eq(child.static_prio, s.caller.static_prio) &&
                eq(child.normal_prio, s.caller.normal_prio) && eq(child.rt_priority, s.caller.rt_priority) &&
                eq(child.policy, s.caller.policy) && eq(child.load_weight, s.caller.load_weight) &&
                eq(child.sched_class, s.caller.sched_class));
    }
}

void agrees_with_itself(MachineProof& proof) {
    SchedScene s(proof, "sched_fork with the rule reset-on-fork");
    s.assume_consistent();
    s.show_caller();
    s.f.scene.assume("the rule reset-on-fork holds", s.rule());
    for (const Path& path : s.f.acquire("sched"))
        s.f.scene.prove(path, "the child's priorities, class and weight agree with its policy and nice level",
                        consistent(sched_now(s.f, path, s.f.child)));
}

void no_time_gained(MachineProof& proof) {
    // steps/sched has the same vruntime on every path; one of them is enough here.
    SchedScene s(proof, "sched_fork, where run times do not wrap");
    s.f.scene.assume("the caller has no reset-on-fork", !s.reset());
    const Place queue = s.f.of(s.rq, "min_vruntime"), parent = s.f.of(s.f.parent, "vruntime");
    const Word half(64, std::uint64_t{1} << 63);
    for (const Path& path : s.f.acquire("sched")) {
        const Word queue_at = ForkScene::now(path, queue), parent_at = ForkScene::now(path, parent);
        const Word child = sched_now(s.f, path, s.f.child).vruntime;
        const auto part = s.f.scene.when(path, ult(queue_at, half) && ult(parent_at, half));
        if (!part) continue;
        auto after = [&](const Word& at) {
            return !ult(child, at + Word(64, MIN_GRANULARITY)) && !ult(at + Word(64, SCHED_LATENCY), child);
        };
        s.f.scene.prove(*part,
                        "the child comes 2 to 6 ms after its parent or the queue, and after neither by less",
                        after(ite(ult(parent_at, queue_at), queue_at, parent_at)));
    }
}

/// The listing's order (defect B9): refuted. With the rule off a reset child of a real-time task is
/// real-time.
void historical_order(MachineProof& proof) {
    SchedScene s(proof, "sched_fork in the listing's order");
    s.assume_consistent();
    s.f.scene.assume("the caller is real-time, and has reset-on-fork set",
                     s.reset() && is_rt_policy(s.caller));
    s.f.scene.assume("the rule reset-on-fork is switched off", !s.rule());
    const std::vector<Path> paths = s.f.acquire("sched");
    s.f.scene.reproduce = [](const auto&) { return "make break RULE=reset-on-fork"; };
    s.f.scene.reached("B9: a child is real-time in spite of reset-on-fork", paths, [&](const Path& path) {
        const Sched child = sched_now(s.f, path, s.f.child);
        return ult(child.prio, word32(MAX_RT_PRIO)) && eq(child.sched_class, Word(8, CLASS_RT)) &&
               !is_rt_policy(child) && !eq(child.prio, child.normal_prio);
    });
    // Not by chance: whatever the caller's priority is.
    for (const Path& path : paths)
        s.f.scene.prove(path, "every such child keeps its parent's real-time priority",
                        eq(sched_now(s.f, path, s.f.child).prio, s.caller.prio));
}

} // namespace

std::vector<Theorem> scheduling_theorems() {
    return {
        machine_theorem("steps/sched", "every scheduling field of the child as a function of its parent's",
                        step_sched),
        machine_theorem("scheduling/reset-on-fork",
                        "with reset-on-fork no child is real-time, of negative nice, or has the mark itself",
                        reset_on_fork),
        machine_theorem("scheduling/inherited",
                        "without reset-on-fork the child is scheduled as its parent is", as_the_parent),
        machine_theorem("scheduling/consistent",
                        "a child's priorities, class and weight agree with its policy, as its parent's do",
                        agrees_with_itself),
        machine_theorem("scheduling/start-debit", "a new task waits for one slice: forking gains no time",
                        no_time_gained),
        machine_theorem("scheduling/B9",
                        "the listing's order is refuted: a child is real-time in spite of reset-on-fork",
                        historical_order),
        machine_theorem("scheduling/charge",
                        "update_curr charges the caller for exactly the time that has passed",
                        charged_exactly),
        machine_theorem("scheduling/fair-queue",
                        "a new fair task is queued behind all that have run no longer", queued_at_its_place),
        machine_theorem("scheduling/rt-queue",
                        "a new real-time task is queued last of its priority, its bit set", queued_real_time),
        machine_theorem("scheduling/preempts", "the caller gives way to a new task exactly when it should",
                        preempts_rightly),
        machine_theorem("scheduling/wake-up",
                        "a sleeper is queued, with half a period's credit at most; others are let alone",
                        wakes_up),
    };
}

} // namespace forkproof::proofs
