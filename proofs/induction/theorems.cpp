#include "proofs/induction/theorems.hpp"
#include "proofs/induction/transition_parts.hpp"
#include <chrono>
#include <fmt/format.h>

namespace forkproof::proofs::induction {
namespace {

/// Z3's own unit of work, the same on every machine: a backstop.
constexpr unsigned RLIMIT = 100'000'000;

z3::solver solver_in(z3::context& z3) {
    z3::solver solver(z3);
    z3::params params(z3);
    params.set("rlimit", RLIMIT);
    solver.set(params);
    return solver;
}

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

/// A theorem's body, with what becomes of its errors and how long it took.
template <class Body>
TheoremReport report_of(Body body) {
    TheoremReport report;
    const auto start = std::chrono::steady_clock::now();
    try {
        body(report);
    } catch (const NotProved& failure) {
        report.outcome = failure.outcome;
        report.why = failure.lines;
    } catch (const z3::exception& failure) {
        report.outcome = Outcome::unknown;
        report.why = {std::string("Z3: ") + failure.msg()};
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

/// Proved if unsat; anything else ends the theorem.
void expect_unsat(z3::check_result answer, const std::string& what) {
    if (answer == z3::sat) throw NotProved{Outcome::refuted, {what}};
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + what}};
}
void expect_sat(z3::check_result answer, const std::string& what) {
    if (answer == z3::unsat) throw NotProved{Outcome::vacuous, {what}};
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + what}};
}

/// The invariants before a transition, the transition, and two tasks and an object that are anything.
struct Scene {
    z3::context z3;
    State before{z3};
    Transition t;
    z3::expr a, b, o;
    z3::solver solver;

    Scene(const TransitionRow& row, const Law& law)
        : t(row.make(before, law, "")), a(z3.constant("a", before.sorts.task)),
          b(z3.constant("b", before.sorts.task)), o(z3.constant("o", before.sorts.object)),
          solver(solver_in(z3)) {
        std::vector<z3::expr> named = t.tasks;
        add_new(named, t.other);
        named.push_back(a), named.push_back(b), named.push_back(before.reaper(before.first_pid_ns));
        const std::vector<z3::expr> near = and_relatives(before, named);
        std::vector<z3::expr> objects = t.objects;
        objects.push_back(o);
        solver.add(before.nulls());
        solver.add(counting(before, named));
        for (const z3::expr& fact : t.when) solver.add(fact);
        const State* s = &before;
        for (const auto& f : t.when_all)
            for (const z3::expr& task : near)
                solver.add(z3::implies(before.listed(task), f(TaskTerm(s, task))));
        for (const InvariantRow& row_before : modelled_invariants()) {
            const ProofView view(before, near, objects);
            solver.add(row_before.holds(view), row_before.name.c_str());
        }
    }
};

} // namespace

TheoremReport keeps(const TransitionRow& transition, const InvariantRow& invariant, const Law& law) {
    return report_of([&](TheoremReport& report) {
        Scene scene(transition, law);
        report.queries = 2;
        expect_sat(scene.solver.check(), "nothing satisfies the invariants and what the transition needs");
        std::vector<z3::expr> objects{scene.o};
        scene.solver.add(!invariant.holds(ProofView(scene.t.after, {scene.a, scene.b}, objects)));
        expect_unsat(scene.solver.check(),
                     fmt::format("{} can break {}: {}", transition.call, invariant.name, invariant.sentence));
        report.assumptions = scene.t.assumes;
        std::vector<std::string> used;
        for (const z3::expr& name : scene.solver.unsat_core()) used.push_back(name.decl().name().str());
        report.log.push_back(fmt::format(
            "uses    {}", used.empty() ? "no invariant" : fmt::format("{}", fmt::join(used, ", "))));
        report.outcome = Outcome::proved;
    });
}

TheoremReport touches_nobody_else(const TransitionRow& transition, const Law& law) {
    return report_of([&](TheoremReport& report) {
        Scene scene(transition, law);
        report.queries = 2;
        for (const z3::expr& touched : scene.t.tasks) scene.solver.add(scene.a != touched);
        for (std::size_t i = 0; i < scene.t.tasks.size(); i++)
            for (std::size_t k = 0; k < i; k++) scene.solver.add(scene.t.tasks[i] != scene.t.tasks[k]);
        expect_sat(scene.solver.check(), "no task is untouched");
        scene.solver.add(!untouched(scene.before, scene.t.after, scene.a));
        expect_unsat(scene.solver.check(), "a task changes that is not counted");
        report.outcome = Outcome::proved;
    });
}

TheoremReport holds_at_boot() {
    return report_of([&](TheoremReport& report) {
        z3::context z3;
        const BoundedRun run(z3);
        z3::solver solver = solver_in(z3);
        for (const z3::expr& fact : run.facts()) solver.add(fact);
        report.queries++;
        expect_sat(solver.check(), "the state at boot contradicts itself");
        for (const InvariantRow& row : modelled_invariants()) {
            solver.push();
            solver.add(!run.holds(row));
            report.queries++;
            expect_unsat(solver.check(), "not so at boot: " + row.name);
            solver.pop();
        }
        report.outcome = Outcome::proved;
    });
}

TheoremReport is_possible(const TransitionRow& transition, const Law& law) {
    return report_of([&](TheoremReport& report) {
        z3::context z3;
        BoundedRun run(z3);
        // what has to happen first
        const std::string name = transition.name;
        auto first = [&](Make make) {
            for (const TransitionRow& row : transitions)
                if (row.make == make) run.step(row, law);
        };
        if (name == "exit" || name == "wait") first(clone);
        if (name == "wait") first(exit);
        if (name == "exec-commit") first(exec_begin);
        run.step(transition, law);
        z3::solver solver = solver_in(z3);
        for (const z3::expr& fact : run.facts()) solver.add(fact);
        for (const InvariantRow& row : modelled_invariants()) solver.add(run.holds(row));
        report.queries++;
        expect_sat(solver.check(), "no way from boot leads there");
        report.outcome = Outcome::proved;
    });
}

} // namespace forkproof::proofs::induction

namespace forkproof::proofs {

std::vector<Theorem> induction_theorems() {
    using namespace induction;
    std::vector<Theorem> all;
    auto add = [&](const std::string& name, const std::string& sentence,
                   std::function<TheoremReport(const Law&)> body) {
        Theorem theorem;
        theorem.name = "induction/" + name;
        theorem.sentence = sentence;
        theorem.run = [body = std::move(body), full = theorem.name](const Setting&) {
            const RuleTable table = shipped_rule_table();
            TheoremReport report = body(Law{&table, table.profile("default")});
            report.name = full;
            return report;
        };
        all.push_back(std::move(theorem));
    };
    add("boot", "every invariant holds when a boot has ended", [](const Law&) { return holds_at_boot(); });
    for (const TransitionRow& row : transitions) {
        const std::string name = row.name;
        add(name + "/possible", name + " can happen, with every invariant before and after",
            [&row](const Law& law) { return is_possible(row, law); });
        add(name + "/touches", name + " changes nothing that is counted of a task it does not name",
            [&row](const Law& law) { return touches_nobody_else(row, law); });
        for (const InvariantRow& invariant : modelled_invariants())
            add(name + "/" + invariant.name, "after " + name + ": " + invariant.sentence,
                [&row, &invariant](const Law& law) { return keeps(row, invariant, law); });
    }
    return all;
}

} // namespace forkproof::proofs
