#include "proofs/history/rule_defects.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

// linux-2.6.33 linux/sched.h
constexpr int POLICY_NORMAL = 0, POLICY_FIFO = 1, POLICY_RR = 2;
constexpr int MAX_RT_PRIO = 100, MAX_PRIO = 140, NICE_0 = 120;
constexpr unsigned RLIMIT = 20'000'000; ///< Z3's own unit of work, a backstop

/// This kernel has the effect, and the call is one for it.
z3::expr takes_effect(const RuleTable& table, RuleId effect, const CallTerms& call) {
    const RuleRow* row = table.find(effect);
    return row ? row->holds(call) : call.z3().bool_val(false);
}

ChildTerms any_child(z3::context& z3, const RuleTable& table) {
    const CallTerms call = CallTerms::fresh(z3, "").judged_by(RuleSet(~0U));
    return {
        call, call.hook_answer_is_valid() && verdict_of(table, call).accepted(), z3.bool_val(false), {}, {}};
}

/// B8: whose exit signal it is. A thread has none.
ChildTerms child_of_another(z3::context& z3, const RuleTable& table) {
    ChildTerms child = any_child(z3, table);
    const z3::expr chosen = child.call.flags & z3.bv_val(CSIGNAL, 32);
    const z3::expr leaders = z3.bv_const("the caller's leader's exit signal", 32);
    const z3::expr signal =
        z3::ite(takes_effect(table, RuleId::parent_exit_signal, child.call), leaders, chosen);
    child.wrong = child.call.has_any(CLONE_PARENT) && !child.call.has_any(CLONE_THREAD) &&
                  signal != leaders && z3::ule(leaders, z3.bv_val(CSIGNAL, 32));
    child.shown = {{"the grandparent will get signal", signal},
                   {"what the caller's own maker chose for it", leaders}};
    constexpr int SIG_CHLD = 17, SIG_USR1 = 10; // linux/signal.h of i386
    child.plainer = {leaders == SIG_CHLD, signal == SIG_USR1};
    return child;
}

/// B9: what sched_fork makes of a task with reset-on-fork, in the listing's order (lines 592-617).
ChildTerms child_that_was_reset(z3::context& z3, const RuleTable& table) {
    ChildTerms child = any_child(z3, table);
    auto number = [&](int n) { return z3.bv_val(n, 32); };
    const z3::expr policy = z3.bv_const("policy", 32), rt_priority = z3.bv_const("rt_priority", 32),
                   nice = z3.bv_const("static_prio", 32);
    const z3::expr real_time = policy == POLICY_FIFO || policy == POLICY_RR;
    const z3::expr usual = (policy == POLICY_NORMAL || real_time) && z3::uge(nice, MAX_RT_PRIO) &&
                           z3::ult(nice, MAX_PRIO) && z3::uge(rt_priority, 1) &&
                           z3::ult(rt_priority, MAX_RT_PRIO);
    const z3::expr before = z3::ite(real_time, number(MAX_RT_PRIO - 1) - rt_priority, nice);
    const z3::expr reset = z3::ite(z3::ult(nice, NICE_0), number(NICE_0), nice);
    // prio is the caller's normal_prio, or with the effect what the reset has left of it
    const z3::expr prio = z3::ite(takes_effect(table, RuleId::reset_on_fork, child.call), reset, before);
    child.accepted = child.accepted && usual;
    child.wrong = child.call.reset_on_fork && z3::ult(prio, MAX_RT_PRIO);
    child.shown = {{"policy of the caller (1 is FIFO)", policy},
                   {"its real-time priority", rt_priority},
                   {"policy of the child", number(POLICY_NORMAL)},
                   {"its prio, real-time below 100", prio}};
    child.plainer = {policy == POLICY_FIFO, rt_priority == 1, nice == NICE_0};
    return child;
}

/// B15: a child in a user namespace of its own, its root and cwd shared with a task outside.
ChildTerms child_of_a_new_user_namespace(z3::context& z3, const RuleTable& table) {
    ChildTerms child = any_child(z3, table);
    child.wrong = child.call.has_all(CLONE_NEWUSER | CLONE_FS);
    return child;
}

std::vector<z3::expr> wishes(const ChildTerms& child) {
    std::vector<z3::expr> all = child.plainer;
    for (unsigned bit = 32; bit-- > 0;) all.push_back(!child.call.has_any(1U << bit));
    all.push_back(child.call.security_errno == 0);
    for (const ContextField& field : context_fields) all.push_back(!(child.call.*field.term));
    return all;
}

} // namespace

std::vector<RuleDefect> rule_defects() {
    return {
        {"B8", "2.6.33 lets the child of a call with PARENT name the signal that its grandparent gets",
         "a task names an exit signal only for a parent that is itself", RuleId::parent_exit_signal,
         "the exit signal is the group leader's (see CVE-2020-35508 for what was left)",
         "make break RULE=parent-exit-signal", child_of_another},
        {"B9", "2.6.33 resets a real-time task's child, and then gives it its parent's priority after all",
         "after sched_fork, reset-on-fork implies a prio that is not real-time", RuleId::reset_on_fork,
         "prio is set before the reset, not after it", "make break RULE=reset-on-fork", child_that_was_reset},
        {"B15",
         "2.6.33 accepts NEWUSER with FS (CVE-2013-1858): a chroot in the new namespace moves a task "
         "outside of it",
         "a task that gains capabilities in a new user namespace shares no fs_struct with a task outside it",
         RuleId::newuser_fs, "the two flags together are EINVAL", "make break RULE=newuser-fs",
         child_of_a_new_user_namespace},
    };
}

std::optional<RuleWitness> rule_witness(const RuleDefect& defect, const RuleTable& table) {
    z3::context z3;
    const ChildTerms child = defect.child(z3, table);
    z3::solver solver(z3, "QF_BV");
    z3::params params(z3);
    params.set("rlimit", RLIMIT);
    solver.set(params);
    solver.add(child.accepted && child.wrong);
    const z3::check_result answer = solver.check();
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + defect.statement}};
    if (answer == z3::unsat) return {};
    for (const z3::expr& wish : wishes(child)) {
        solver.push();
        solver.add(wish);
        const bool granted = solver.check() == z3::sat;
        solver.pop();
        if (granted) solver.add(wish);
    }
    if (solver.check() != z3::sat) throw NotProved{Outcome::unknown, {"the solver gave up a model it had"}};
    const z3::model model = solver.get_model();
    RuleWitness witness{read_call(model, child.call), {}};
    for (const auto& [words, value] : child.shown)
        witness.shown.emplace_back(words, model.eval(value, true).get_numeral_uint());
    return witness;
}

std::optional<std::uint32_t> mended_in(const RuleDefect& defect, const RuleHistory& history) {
    for (const DatedRow& row : history.rows)
        if (row.row.id == defect.missing) return row.since;
    return {};
}

} // namespace forkproof::proofs
