#include "proofs/machine/solver.hpp"
#include "proofs/machine/memory.hpp"

namespace forkproof::proofs {

Solver::Solver(z3::context& z3, unsigned wanted_effort)
    : effort(wanted_effort != 0 ? wanted_effort : EFFORT), solver_(z3, "QF_BV") {
    z3::params p(z3);
    p.set("rlimit", effort);
    solver_.set(p);
}

void Solver::assert_exactly(const std::vector<z3::expr>& conditions) {
    std::size_t common = 0;
    while (common < asserted_.size() && common < conditions.size() &&
           z3::eq(asserted_[common], conditions[common]))
        common++;
    if (common < asserted_.size()) solver_.pop(static_cast<unsigned>(asserted_.size() - common));
    asserted_.erase(asserted_.begin() + static_cast<std::ptrdiff_t>(common), asserted_.end());
    for (std::size_t i = common; i < conditions.size(); i++) {
        solver_.push();
        solver_.add(conditions[i]);
        asserted_.push_back(conditions[i]);
    }
}

bool Solver::answer(z3::check_result result) const {
    if (result == z3::unknown) throw CannotTell("Z3 gave up: " + solver_.reason_unknown());
    return result == z3::sat;
}

/// Makes the divisions unknown; false if there are none.
bool Solver::without_divisions(std::vector<z3::expr>& conditions, z3::expr& and_this) {
    bool any = false;
    auto rewrite = [&](z3::expr& e) {
        const z3::expr unknown = divisions_.unknown(e);
        any = any || !z3::eq(unknown, e);
        e = unknown;
    };
    for (z3::expr& condition : conditions) rewrite(condition);
    rewrite(and_this);
    return any;
}

bool Solver::may_be_satisfiable(const std::vector<z3::expr>& conditions, const z3::expr& and_this) {
    std::vector<z3::expr> rewritten = conditions;
    z3::expr last = and_this;
    return without_divisions(rewritten, last) ? ask(rewritten, last) : ask(conditions, and_this);
}

bool Solver::satisfiable(const std::vector<z3::expr>& conditions, const z3::expr& and_this) {
    std::vector<z3::expr> rewritten = conditions;
    z3::expr last = and_this;
    if (!without_divisions(rewritten, last)) return ask(conditions, and_this);
    if (!ask(rewritten, last)) return false;
    return satisfiable_like(conditions, and_this, model()) || ask(conditions, and_this);
}

/// With the model's numbers wherever something is divided; quickly answered, and often with yes.
bool Solver::satisfiable_like(std::vector<z3::expr> conditions, const z3::expr& and_this,
                              const z3::model& model) {
    std::vector<z3::expr> names = divisions_.depend_on(and_this);
    for (const z3::expr& condition : conditions)
        for (const z3::expr& name : divisions_.depend_on(condition)) names.push_back(name);
    for (const z3::expr& name : names) conditions.push_back(name == model.eval(name, true));
    return ask(conditions, and_this);
}

bool Solver::ask(const std::vector<z3::expr>& conditions, const z3::expr& and_this) {
    queries++;
    assert_exactly(conditions);
    z3::expr_vector assumptions(and_this.ctx());
    // An assumption must be a literal; a name stands for what is not.
    if (and_this.is_const() || (and_this.is_not() && and_this.arg(0).is_const())) {
        assumptions.push_back(and_this);
        return answer(solver_.check(assumptions));
    }
    std::vector<z3::expr> all = conditions;
    all.push_back(and_this);
    assert_exactly(all);
    return answer(solver_.check());
}

bool Solver::satisfiable(const std::vector<z3::expr>& conditions) {
    queries++;
    assert_exactly(conditions);
    return answer(solver_.check());
}

std::string Solver::smt2(const std::vector<z3::expr>& conditions, const z3::expr& and_this,
                         bool satisfiable) {
    z3::solver fresh(and_this.ctx());
    for (const z3::expr& c : conditions) fresh.add(c);
    fresh.add(and_this);
    return std::string("(set-logic QF_BV)\n(set-info :status ") + (satisfiable ? "sat" : "unsat") + ")\n" +
           fresh.to_smt2();
}

} // namespace forkproof::proofs
