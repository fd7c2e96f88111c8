#include "proofs/induction/bounded_run.hpp"

namespace forkproof::proofs::induction {

BoundedRun::BoundedRun(z3::context& z3) : boot_(z3) {
    const State& s = boot_;
    const z3::expr init = z3.constant("init", s.sorts.task);
    const z3::expr nobody = s.sorts.nobody;
    tasks_.push_back(init);
    auto fact = [&](const z3::expr& f) { facts_.push_back(f); };
    fact(s.nulls() && init != nobody && s.listed(init));
    fact(s.leader(init) == init && s.parent(init) == nobody && s.list_of(init) == nobody);
    fact(s.pid(init) == 1 && s.tgid(init) == 1 && s.age(init) == 1 && s.clock == 2);
    for (const State::Kind& k : s.kinds) {
        if (std::string(k.name) == "undo") continue;
        const z3::expr object = z3.constant((std::string("init_") + k.name).c_str(), s.sorts.object);
        fact((s.*k.held)(init) == object && k.exists(object) && k.count(object) == 1 &&
             k.holders(object) == 1);
        objects_.push_back(object);
    }
    const z3::expr user = z3.constant("init_user", s.sorts.object);
    const z3::expr user_ns = z3.constant("init_user_ns", s.sorts.object);
    objects_.push_back(user);
    fact(s.undo(init) == s.sorts.nil && s.user(init) == user && s.user_exists(user));
    fact(s.user_ns(user) == user_ns && s.user_ns_exists(user_ns) && s.userns_trusted(user_ns));
    fact(s.processes(user) == 1 && s.tasks_of(user) == 1);
    fact(s.pid_ns(init) == s.first_pid_ns && s.pid_ns_exists(s.first_pid_ns) &&
         s.reaper(s.first_pid_ns) == init);
    fact(s.pid_ns_parent(s.first_pid_ns) == s.sorts.nil);
    fact(!s.zombie(init) && !s.exiting(init) && s.first_in_ns(init) && !s.sleeps(init) && !s.execs(init));
    fact(s.exit_signal(init) == TaskTerm(&s, init).sigchld() && s.exit_signal_chooser(init) == 0);
    fact(!s.rt_prio(init) && !s.rt_policy(init) && !s.reset_on_fork(init) && s.vfork_waiter(init) == nobody);
    fact(s.caps(init) && s.root(init) && s.entitled(init));
    const z3::expr signal = s.signal(init), fs = s.fs(init), proxy = s.nsproxy(init);
    fact(s.unkillable(signal) && s.live(signal) == 1 && s.living(signal) == 1 && !s.in_exec(fs));
    fact(s.fs_root(fs) == s.mnt_ns(proxy) && s.fs_pwd(fs) == s.mnt_ns(proxy) && s.made_by_privilege(proxy));
    fact(s.mnt_ns_exists(s.mnt_ns(proxy)) && s.ipc_ns_exists(s.ipc_ns(proxy)));
    for (const z3::expr& o : objects_) nothing_else_exists(o);
    fact(s.nr_threads == 1 && s.tasks == 1 && s.process_counts == 1 && s.leaders == 1);
    fact(z3.int_const("RLIMIT_NPROC") >= 1 && z3.int_const("max_threads") >= 2);
}

void BoundedRun::nothing_else_exists(const z3::expr& object) {
    const z3::expr init = tasks_.front();
    facts_.push_back(!boot_.user_exists(object) || object == boot_.user(init));
    for (const State::Kind& k : boot_.kinds)
        facts_.push_back(!k.exists(object) || object == (boot_.*k.held)(init));
}

const Transition& BoundedRun::step(const TransitionRow& row, const Law& law) {
    z3::context& z3 = *boot_.z3;
    const std::string suffix = "#" + std::to_string(steps_.size() + 1);
    Transition t = row.make(now(), law, suffix);
    auto one_of = [&](const z3::expr& task) {
        z3::expr_vector any(z3);
        for (const z3::expr& known : tasks_) any.push_back(task == known);
        return z3::mk_or(any);
    };
    facts_.push_back(one_of(t.who));
    if (!t.call && !z3::eq(t.other, boot_.sorts.nobody))
        facts_.push_back(t.other == boot_.sorts.nobody || one_of(t.other));
    for (const z3::expr& fact : t.when) facts_.push_back(fact);
    for (const auto& f : t.when_all)
        for (const z3::expr& known : tasks_)
            facts_.push_back(z3::implies(now().listed(known), f(TaskTerm(&now(), known))));
    for (const z3::expr& o : t.objects) nothing_else_exists(o);
    if (t.call) {
        tasks_.push_back(t.other);
        facts_.push_back(!t.call->exec_domain_going && t.call->security_errno == 0);
    }
    objects_.insert(objects_.begin(), t.objects.begin(), t.objects.end());
    steps_.push_back(std::move(t));
    return steps_.back();
}

z3::expr BoundedRun::holds(const InvariantRow& row, const State& state) const {
    return row.holds(ProofView(state, tasks_, objects_));
}

} // namespace forkproof::proofs::induction
