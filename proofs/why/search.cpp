#include "proofs/why/search.hpp"
#include "proofs/theorem.hpp"
#include "invariants/flags.hpp"
#include <algorithm>
#include <set>

namespace forkproof::proofs::why {
namespace {

using namespace induction;

/// Z3's own unit of work, the same on every machine: a backstop.
constexpr unsigned RLIMIT = 100'000'000;
constexpr int SIGCHLD_NUMBER = 17; // linux-2.6.33 asm/signal.h
constexpr int SIGUSR1_NUMBER = 10;

const TransitionRow& row_of(Make make) {
    for (const TransitionRow& row : transitions)
        if (row.make == make) return row;
    throw std::logic_error("no such transition");
}

z3::check_result checked(z3::solver& solver) {
    const z3::check_result answer = solver.check();
    if (answer == z3::unknown)
        throw NotProved{Outcome::unknown, {"the solver gave up: " + solver.reason_unknown()}};
    return answer;
}

/// Exit signals that a program would choose: SIGCHLD, or another one; of a thread none.
z3::expr has_plain_signal(const z3::expr& flags) {
    z3::context& z3 = flags.ctx();
    const z3::expr signal = flags & z3.bv_val(CSIGNAL, 32);
    const z3::expr thread = (flags & z3.bv_val(CLONE_THREAD, 32)) != 0;
    return z3::ite(thread, signal == 0, signal == SIGCHLD_NUMBER || signal == SIGUSR1_NUMBER);
}

bool is_named(const z3::expr& constant, const std::string& start) {
    return constant.decl().name().str().starts_with(start);
}

} // namespace

Sequence::Sequence(z3::context& z3, const Question& question, Start start)
    : question_(&question), start_(start), run_(z3), solver_(std::make_shared<z3::solver>(z3)) {
    z3::params params(z3);
    params.set("rlimit", RLIMIT);
    solver_->set(params);
    add_facts();
    if (start == Start::init) return;
    const Law all{question.table, question.in_force};
    const z3::expr init = run_.tasks().front();
    const Transition child = run_.step(row_of(clone), all);
    solver_->add(child.who == init && child.flags == SIGCHLD_NUMBER);
    const Transition nobody = run_.step(row_of(setuid), all);
    solver_->add(nobody.who == child.other);
    add_facts();
    set_up_ = run_.steps().size();
}

void Sequence::add_facts() {
    for (; facts_ < run_.facts().size(); facts_++) {
        solver_->add(run_.facts()[facts_]);
        keep_apart(run_.facts()[facts_]);
    }
}

void Sequence::keep_apart(const z3::expr& fact) {
    const State& s = run_.boot();
    const std::size_t old = objects_.size();
    std::set<unsigned> seen;
    std::vector<z3::expr> left{fact};
    while (!left.empty()) {
        const z3::expr e = left.back();
        left.pop_back();
        if (!e.is_app() || !seen.insert(e.id()).second) continue;
        for (unsigned i = 0; i < e.num_args(); i++) left.push_back(e.arg(i));
        // Whom setuid becomes may be somebody who was there before.
        if (!e.is_const() || !z3::eq(e.get_sort(), s.sorts.object) || is_named(e, "other_user")) continue;
        if (std::none_of(objects_.begin(), objects_.end(), [&](const z3::expr& o) { return z3::eq(o, e); }))
            objects_.push_back(e);
    }
    if (objects_.size() == old) return;
    z3::expr_vector apart(*s.z3);
    for (const z3::expr& o : objects_) apart.push_back(o);
    solver_->add(z3::distinct(apart));
}

void Sequence::call(const TransitionRow& row) {
    RuleSet in_force(question_->in_force.bits() & ~question_->off.bits());
    const Transition& t = run_.step(row, Law{question_->table, in_force});
    if (t.call) solver_->add(has_plain_signal(t.flags));
    add_facts();
}

z3::expr Sequence::is_called_for(std::size_t i) const {
    const Transition& t = at(i);
    z3::context& z3 = *run_.boot().z3;
    if (!t.call) return z3.bool_val(false);
    z3::expr_vector all(z3);
    for (const RuleRow& row : question_->table->rows)
        if (question_->off.has(row.id)) all.push_back(row.holds(*t.call));
    return z3::mk_and(all);
}

bool Sequence::is_possible() { return checked(*solver_) == z3::sat; }

z3::expr Sequence::breaks_something() const {
    z3::context& z3 = *run_.boot().z3;
    z3::expr_vector called(z3), broken(z3);
    for (std::size_t i = 0; i < calls(); i++) called.push_back(is_called_for(i));
    for (const Goal* goal : question_->goals) broken.push_back(goal->broken(run_));
    return z3::mk_or(called) && z3::mk_or(broken);
}

namespace {

void descend(Sequence& sequence, Kinds& kinds, std::size_t left, std::vector<FoundKinds>& found) {
    for (const TransitionRow& row : transitions) {
        kinds.push_back(&row);
        sequence.try_call(row, [&] {
            if (left > 1) {
                if (sequence.is_possible()) descend(sequence, kinds, left - 1, found);
                return;
            }
            sequence.solver().add(sequence.breaks_something());
            if (sequence.is_possible()) found.push_back({sequence.start(), kinds});
        });
        kinds.pop_back();
    }
}

} // namespace

std::vector<FoundKinds> sequences(const Question& question, Start start, std::size_t calls) {
    z3::context z3;
    Sequence sequence(z3, question, start);
    std::vector<FoundKinds> found;
    Kinds kinds;
    descend(sequence, kinds, calls, found);
    return found;
}

} // namespace forkproof::proofs::why
