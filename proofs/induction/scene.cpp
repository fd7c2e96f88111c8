#include "proofs/induction/scene.hpp"

namespace forkproof::proofs::induction {
namespace {

/// Z3's own unit of work: a backstop.
constexpr unsigned RLIMIT = 100'000'000;

void add_new(std::vector<z3::expr>& to, const z3::expr& e) {
    for (const z3::expr& old : to)
        if (z3::eq(old, e)) return;
    to.push_back(e);
}

/// The tasks at hand: these, and those that they lead to.
std::vector<z3::expr> and_relatives(const State& s, const std::vector<z3::expr>& tasks) {
    std::vector<z3::expr> all = tasks;
    for (const z3::expr& t : tasks) {
        add_new(all, s.leader(t));
        add_new(all, s.parent(t));
        add_new(all, s.reaper(s.pid_ns(t)));
    }
    return all;
}

/// A number of holders is at least the number of those at hand who hold.
z3::expr counting(const State& s, const std::vector<z3::expr>& tasks) {
    z3::expr_vector facts(*s.z3);
    for (const State::Kind& k : s.kinds)
        for (std::size_t i = 0; i < tasks.size(); i++) {
            const z3::expr o = (s.*k.held)(tasks[i]);
            const z3::expr holds = s.listed(tasks[i]) && o != s.sorts.nil;
            facts.push_back(z3::implies(holds, k.holders(o) >= 1));
            for (std::size_t j = 0; j < i; j++)
                facts.push_back(z3::implies(holds && tasks[j] != tasks[i] && s.listed(tasks[j]) &&
                                                (s.*k.held)(tasks[j]) == o,
                                            k.holders(o) >= 2));
        }
    return z3::mk_and(facts);
}

} // namespace

z3::solver solver_in(z3::context& z3) {
    z3::solver solver(z3);
    z3::params params(z3);
    params.set("rlimit", RLIMIT);
    solver.set(params);
    return solver;
}

void expect_unsat(z3::check_result answer, const std::string& what) {
    if (answer == z3::sat) throw NotProved{Outcome::refuted, {what}};
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + what}};
}
void expect_sat(z3::check_result answer, const std::string& what) {
    if (answer == z3::unsat) throw NotProved{Outcome::vacuous, {what}};
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + what}};
}

Scene::Scene(const TransitionRow& row, const Law& law)
    : row_(&row), t_(row.make(before_, law, "")), any_{z3_.constant("a", before_.sorts.task),
                                                       z3_.constant("b", before_.sorts.task),
                                                       z3_.constant("o", before_.sorts.object)},
      solver_(solver_in(z3_)) {
    std::vector<z3::expr> named = t_.tasks;
    add_new(named, t_.other);
    named.push_back(any_.a), named.push_back(any_.b), named.push_back(before_.reaper(before_.first_pid_ns));
    const std::vector<z3::expr> near = and_relatives(before_, named);
    std::vector<z3::expr> objects = t_.objects;
    objects.push_back(any_.o);
    solver_.add(before_.nulls());
    solver_.add(counting(before_, named));
    for (const z3::expr& fact : t_.when) solver_.add(fact);
    for (const auto& f : t_.when_all)
        for (const z3::expr& task : near)
            solver_.add(z3::implies(before_.listed(task), f(TaskTerm(&before_, task))));
    for (const InvariantRow& invariant : modelled_invariants())
        solver_.add(invariant.holds(ProofView(before_, near, objects)), invariant.name.c_str());
    expect_sat(ask({}), "nothing satisfies the invariants and what the transition needs");
}

z3::check_result Scene::ask(const std::vector<z3::expr>& more) {
    solver_.push();
    for (const z3::expr& fact : more) solver_.add(fact);
    queries_++;
    const z3::check_result answer = solver_.check();
    used_.clear();
    if (answer == z3::unsat)
        for (const z3::expr& name : solver_.unsat_core()) used_.push_back(name.decl().name().str());
    solver_.pop();
    return answer;
}

unsigned Scene::queries() {
    const unsigned asked = queries_;
    queries_ = 0;
    return asked;
}

} // namespace forkproof::proofs::induction
