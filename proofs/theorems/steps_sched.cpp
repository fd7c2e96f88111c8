// sched: what the child has of its parent's place in the scheduler, field by field.
#include "proofs/theorems/scheduling.hpp"

namespace forkproof::proofs {

namespace {

/// Every field of the child as a function of its parent's.
void exactly(SchedScene& s, const Path& path) {
    ForkScene& f = s.f;
    const Sched& p = s.caller;
    Changes changes(f, path);
    auto child_has = [&](const char* field, const Word& value) { changes.is(f.of(f.child, field), value); };
    const Truth loses_rt = s.reset() && is_rt_policy(p),
                loses_nice = s.reset() && slt(p.static_prio, word32(NICE_0));
    const Word normal = ite(loses_nice, word32(NICE_0), ite(loses_rt, p.static_prio, p.normal_prio));
    const Word prio = ite(s.reset() && s.rule(), normal, p.normal_prio);
    child_has("static_prio", ite(loses_nice, word32(NICE_0), p.static_prio));
    child_has("load_weight", ite(loses_nice, word32(NICE_0_LOAD), p.load_weight));
    child_has("policy", ite(loses_rt, word32(POLICY_NORMAL), p.policy));
    child_has("rt_priority", ite(loses_rt && s.rule(), word32(0), p.rt_priority));
    child_has("normal_prio", normal);
    child_has("prio", prio);
    child_has("sched_class", ite(slt(prio, word32(MAX_RT_PRIO)), Word(8, CLASS_RT), Word(8, CLASS_FAIR)));
    child_has("sched_reset_on_fork",
              Word(8, 0)); // its parent's, which is unset, or it has fulfilled its duty
    child_has("state", word32(TASK_WAKING));
    child_has("on_rq", Word(8, 0));
    child_has("sum_exec_runtime", Word(64, 0));
    child_has("time_slice", word32(RR_TIMESLICE));
    // It waits for one slice, counted from where the queue or its parent is.
    const Word queue_at = charged(f, "min_vruntime"), parent_at = charged(f, "vruntime");
    const Word slice = udiv(word32(SCHED_LATENCY), f.before(f.of(s.rq, "nr_running")) + word32(1));
    const Word wait = ite(ult(slice, word32(MIN_GRANULARITY)), word32(MIN_GRANULARITY), slice);
    child_has("vruntime", ite(ult(parent_at, queue_at), queue_at, parent_at) + zext(wait, 64));
    // The caller has been charged first, and nothing else of it has changed; the child is on no list.
    for (const char* field : charged_fields) changes.is(f.of(f.parent, field), charged(f, field));
    changes.is(f.of(s.rq, "min_vruntime"), queue_at);
    changes.nothing_else();
}

/// What a release that has nothing to give back leaves: everything.
void same_memory(SchedScene& s, const Path& before, const Path& after) {
    for (const auto& [address, written] : after.state.memory.written()) {
        const auto* region = s.f.world.region_at(address);
        if (region && region->second.name == "stack") continue;
        s.f.scene.equal(after, s.f.scene.name_of(after.state, address) + " (the release should not write it)",
                        written.value, before.state.memory.peek(address, 4), address);
    }
}

} // namespace

void step_sched(MachineProof& proof) {
    SchedScene s(proof, "sched");
    s.show_caller();
    // Beyond them the difference from nice 0 overflows, and what a compiler makes of that is its own affair.
    s.f.scene.assume("the caller's static priority is one of 100 to 139",
                     !ult(s.caller.static_prio, word32(MAX_RT_PRIO)) &&
                         ult(s.caller.static_prio, word32(MAX_PRIO)));
    for (const Path& path : s.f.acquire("sched")) {
        s.f.scene.equal(path, "errno of step sched", path.state.get(Reg::eax), errno_word(Errno::OK));
        exactly(s, path);
        s.f.check_stage(path, "sched");
        // It holds nothing: what it has written goes with the task.
        for (const Path& after : s.f.release(path, "sched")) same_memory(s, path, after);
    }
}

} // namespace forkproof::proofs
