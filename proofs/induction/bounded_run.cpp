#include "proofs/induction/bounded_run.hpp"

namespace forkproof::proofs::induction {

BoundedRun::BoundedRun(z3::context& z3, const Sorts& sorts, const FirstState& first)
    : boot_(z3, sorts), first_(terms_of(first, boot_)) {
    tasks_ = first_.tasks;
    objects_ = first_.objects;
    facts_ = first_.facts;
    facts_.push_back(z3.int_const("RLIMIT_NPROC") >= 1 && z3.int_const("max_threads") >= 3);
}

void BoundedRun::nothing_else_exists(const z3::expr& object) {
    z3::context& z3 = *boot_.z3;
    auto one_of = [&](const char* kind) {
        z3::expr_vector any(z3);
        for (const z3::expr& known : first_.of_kind[kind]) any.push_back(object == known);
        return z3::mk_or(any);
    };
    facts_.push_back(!boot_.user_exists(object) || one_of("user"));
    for (const State::Kind& k : boot_.kinds) facts_.push_back(!k.exists(object) || one_of(k.name));
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
