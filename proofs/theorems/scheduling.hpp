// What the theorems about a child's place in the scheduler have in common: the words of linux-2.6.33
// linux/sched.h, and what is assumed of a task that has been scheduled before.
#pragma once
#include "proofs/theorems/step_contract.hpp"

namespace forkproof::proofs {

inline constexpr std::uint32_t POLICY_NORMAL = 0, POLICY_FIFO = 1, POLICY_RR = 2, POLICY_BATCH = 3,
                               POLICY_IDLE = 5;
inline constexpr std::uint32_t MAX_RT_PRIO = 100, MAX_PRIO = 140, NICE_0 = 120, NICE_0_LOAD = 1024;
inline constexpr std::uint32_t TASK_RUNNING = 0, TASK_WAKING = 256, TIF_NEED_RESCHED = 8;
inline constexpr std::uint32_t CLASS_RT = 0, CLASS_FAIR = 1; // kernel/task/task.hpp
inline constexpr std::uint32_t TICKS_PER_MS = 50'000;        // Bochs's ips: 50 million ticks are a second
inline constexpr std::uint32_t SCHED_LATENCY = 6 * TICKS_PER_MS, MIN_GRANULARITY = 2 * TICKS_PER_MS,
                               WAKEUP_GRANULARITY = TICKS_PER_MS, RR_TIMESLICE = 10;

/// The scheduling fields of a task, as they were or as they are at the end of a path.
struct Sched {
    Word prio, static_prio, normal_prio, rt_priority, policy, load_weight, sched_class, vruntime,
        reset_on_fork;
};
template <class Read>
Sched read_sched(const ForkScene& f, const Place& task, const Read& read) {
    auto field = [&](const char* name) { return read(f.of(task, name)); };
    return {field("prio"),        field("static_prio"), field("normal_prio"),
            field("rt_priority"), field("policy"),      field("load_weight"),
            field("sched_class"), field("vruntime"),    field("sched_reset_on_fork")};
}
[[nodiscard]] inline Sched sched_before(const ForkScene& f, const Place& task) {
    return read_sched(f, task, [&](const Place& place) { return f.before(place); });
}
[[nodiscard]] inline Sched sched_now(const ForkScene& f, const Path& path, const Place& task) {
    return read_sched(f, task, [&](const Place& place) { return ForkScene::now(path, place); });
}

[[nodiscard]] inline Truth is_rt_policy(const Sched& s) {
    return eq(s.policy, word32(POLICY_FIFO)) || eq(s.policy, word32(POLICY_RR));
}
/// Priorities, class and weight agree with policy and nice level, as sched_setscheduler and nice leave them.
[[nodiscard]] Truth consistent(const Sched& s);
inline constexpr const char* CONSISTENT =
    "the caller's priorities, class and weight agree with its policy and nice level";

/// update_curr, which charges the caller for its time: an exact theorem of its own, here it charges anything.
void use_charge_contract(ForkScene& f);
inline constexpr const char* charged_fields[] = {"exec_start", "sum_exec_runtime", "vruntime"};
/// What that contract leaves in one of these fields of the caller, or as "min_vruntime" of the run queue.
[[nodiscard]] Word charged(const ForkScene& f, const std::string& field);

/// A fork that has come to the step sched.
struct SchedScene {
    SchedScene(MachineProof& proof, const std::string& title)
        : f(proof, title, "sched"), rq(f.world.global("rq")), caller(sched_before(f, f.parent)) {
        use_charge_contract(f);
        f.scene.assume("there are fewer than 2^31 tasks",
                       ult(f.before(f.of(rq, "nr_running")), word32(1U << 31)));
    }
    [[nodiscard]] Truth reset() const { return !is_zero(caller.reset_on_fork); }
    [[nodiscard]] Truth rule() const { return in_force(f, RuleId::reset_on_fork); }
    void assume_consistent() { f.scene.assume(CONSISTENT, consistent(caller)); }
    void show_caller() {
        f.scene.show("policy", caller.policy);
        f.scene.show("rt_priority", caller.rt_priority);
        f.scene.show("static_prio", caller.static_prio);
    }

    ForkScene f;
    Place rq;
    Sched caller;
};

// The theorems of the other files.
void step_sched(MachineProof& proof);
void charged_exactly(MachineProof& proof);
void queued_at_its_place(MachineProof& proof);
void queued_real_time(MachineProof& proof);
void preempts_rightly(MachineProof& proof);
void wakes_up(MachineProof& proof);

} // namespace forkproof::proofs
