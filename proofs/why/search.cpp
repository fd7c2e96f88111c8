#include "proofs/why/search.hpp"
#include "invariants/flags.hpp"
#include "proofs/theorem.hpp"

namespace forkproof::proofs::why {
namespace {

using namespace induction;

/// Z3's own unit of work, the same on every machine: a backstop.
constexpr unsigned RLIMIT = 100'000'000;
constexpr int FIRST_TASK = 1;      // init's number in the terms: named first
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

} // namespace

Sequence::Sequence(z3::context& z3, const Question& question, Start start)
    : question_(&question), start_(start), run_(z3, Sorts::numbers(z3)), known_(z3),
      solver_(std::make_shared<z3::solver>(z3)) {
    z3::params params(z3);
    params.set("rlimit", RLIMIT);
    solver_->set(params);
    for (const z3::expr& task : run_.tasks()) known_.number(task);
    for (const z3::expr& object : run_.objects()) known_.number(object);
    for (const z3::expr& fact : run_.facts()) {
        known_.learn(fact);
        solver_->add(known_.named(fact)); // for who reads it of a task that is not known yet
    }
    facts_ = run_.facts().size();
    if (start == Start::init) return;
    const z3::expr child = step(row_of(clone), question.in_force).other;
    known_.say(run_.steps().back().who, z3.int_val(FIRST_TASK));
    known_.say(run_.steps().back().flags, z3.bv_val(SIGCHLD_NUMBER, 32));
    add_facts();
    step(row_of(setuid), question.in_force);
    known_.say(run_.steps().back().who, known_(child));
    add_facts();
    set_up_ = run_.steps().size();
}

const Transition& Sequence::step(const TransitionRow& row, RuleSet in_force) {
    const Transition& t = run_.step(row, Law{question_->table, in_force});
    if (t.call) {
        known_.number(t.other);
        // The kernel counts upwards; which number it is does not matter to any rule.
        const std::string name = "new_pid#" + std::to_string(run_.steps().size());
        known_.say(run_.boot().z3->int_const(name.c_str()),
                   run_.boot().z3->int_val(static_cast<int>(run_.tasks().size())));
    }
    for (const z3::expr& object : t.fresh) known_.number(object);
    return t;
}

void Sequence::add_facts() {
    z3::expr_vector all(*run_.boot().z3); // at once: what is known is put in only once
    for (; facts_ < run_.facts().size(); facts_++) all.push_back(run_.facts()[facts_]);
    solver_->add(known_(z3::mk_and(all)));
}

void Sequence::call(const TransitionRow& row) {
    const Transition& t = step(row, RuleSet(question_->in_force.bits() & ~question_->off.bits()));
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
    return known_(z3::mk_or(called) && z3::mk_or(broken));
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
