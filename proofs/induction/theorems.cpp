#include "proofs/induction/theorems.hpp"
#include "proofs/induction/refinement.hpp"
#include "proofs/induction/transition_parts.hpp"
#include <chrono>
#include <fmt/format.h>

namespace forkproof::proofs::induction {
namespace {

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

} // namespace

TheoremReport keeps(Scene& scene, const InvariantRow& invariant, const std::vector<z3::expr>& more) {
    return report_of([&](TheoremReport& report) {
        const Transition& t = scene.transition();
        const Anything& any = scene.anything();
        std::vector<z3::expr> broken = more;
        broken.push_back(!invariant.holds(ProofView(t.after, {any.a, any.b}, {any.o})));
        const z3::check_result answer = scene.ask(broken);
        report.queries = scene.queries();
        expect_unsat(
            answer, fmt::format("{} can break {}: {}", scene.row().call, invariant.name, invariant.sentence));
        report.assumptions = t.assumes;
        report.log.push_back(fmt::format(
            "uses    {}",
            scene.used().empty() ? "no invariant" : fmt::format("{}", fmt::join(scene.used(), ", "))));
        report.outcome = Outcome::proved;
    });
}

TheoremReport keeps(const TransitionRow& transition, const InvariantRow& invariant, const Law& law) {
    return report_of([&](TheoremReport& report) {
        Scene scene(transition, law);
        report = keeps(scene, invariant);
    });
}

TheoremReport touches_nobody_else(Scene& scene) {
    return report_of([&](TheoremReport& report) {
        const Transition& t = scene.transition();
        const z3::expr& a = scene.anything().a;
        std::vector<z3::expr> untouched_task;
        for (const z3::expr& touched : t.tasks) untouched_task.push_back(a != touched);
        for (std::size_t i = 0; i < t.tasks.size(); i++)
            for (std::size_t k = 0; k < i; k++) untouched_task.push_back(t.tasks[i] != t.tasks[k]);
        expect_sat(scene.ask(untouched_task), "no task is untouched");
        untouched_task.push_back(!untouched(scene.before(), t.after, a));
        const z3::check_result answer = scene.ask(untouched_task);
        report.queries = scene.queries();
        expect_unsat(answer, "a task changes that is not counted");
        report.outcome = Outcome::proved;
    });
}

TheoremReport keeps_limit(Scene& scene, const StepProperty& property, const std::vector<z3::expr>& more) {
    return report_of([&](TheoremReport& report) {
        const State& s = scene.before();
        const z3::expr& caller = scene.transition().who;
        const z3::expr user = s.user(caller);
        const bool of_user = std::string(property.name) == NPROC_LIMIT.name;
        const z3::expr below = of_user
                                   ? s.processes(user) < s.z3->int_const("RLIMIT_NPROC") || s.caps(caller) ||
                                         user == s.z3->constant("init_user", s.sorts.object)
                                   : s.nr_threads < s.z3->int_const("max_threads");
        std::vector<z3::expr> broken = more;
        broken.push_back(!below);
        const z3::check_result answer = scene.ask(broken);
        report.queries = scene.queries();
        expect_unsat(answer,
                     fmt::format("a clone is accepted against {}: {}", property.name, property.sentence));
        report.outcome = Outcome::proved;
    });
}

namespace {

/// Names of invariants that do not hold of this state, each with its sentence.
std::vector<std::string> broken_in(const FirstState& state, unsigned& queries) {
    z3::context z3;
    const BoundedRun run(z3, state);
    z3::solver solver = solver_in(z3);
    for (const z3::expr& fact : run.facts()) solver.add(fact);
    queries++;
    expect_sat(solver.check(), "the state at boot contradicts itself");
    std::vector<std::string> broken;
    for (const InvariantRow& row : modelled_invariants()) {
        solver.push();
        solver.add(!run.holds(row));
        queries++;
        const z3::check_result answer = solver.check();
        solver.pop();
        if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + row.name}};
        if (answer == z3::sat) broken.push_back(fmt::format("{} does not hold: {}", row.name, row.sentence));
    }
    return broken;
}

} // namespace

TheoremReport holds_at_boot(const BootedState& booted) {
    return report_of([&](TheoremReport& report) {
        report.assumptions = {"what a boot has made (namespaces, capabilities) was made by privilege"};
        report.log.push_back(fmt::format("read    {} tasks, {} objects, {} facts", booted.state.tasks.size(),
                                         booted.state.objects.size(), booted.state.facts.size()));
        std::vector<std::string> why = booted.problems;
        for (const std::string& line : differences(modelled_first_state(), booted.state)) why.push_back(line);
        try {
            for (const std::string& line : broken_in(booted.state, report.queries)) why.push_back(line);
        } catch (const std::out_of_range&) {
            why.emplace_back("the invariants cannot be asked of such a state");
        }
        if (!why.empty()) throw NotProved{Outcome::refuted, why};
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
    add("boot", "the booted kernel's first state is the model's, and every invariant holds of it",
        [](const Law&) { return TheoremReport(); });
    all.back().needs_image = all.back().needs_boot = true;
    all.back().run = [](const Setting& setting) {
        const MemoryDump memory = MemoryDump::load(setting.boot_memory);
        return holds_at_boot(booted_state(memory, *setting.image, *setting.layouts));
    };
    for (const TransitionRow& row : transitions) {
        const std::string name = row.name, prefix = name + "/";
        add(prefix + "possible", name + " can happen, with every invariant before and after",
            [&row](const Law& law) { return is_possible(row, law); });
        // One scene for the rest, built by whoever comes first; the last gives its memory back.
        const auto scene = std::make_shared<SharedScene>(row);
        auto add_to_scene = [&](const std::string& what, const std::string& sentence, auto body) {
            add(prefix + what, sentence, [scene, body](const Law&) { return scene->with(body); });
            all.back().batch = "induction/" + name;
        };
        add_to_scene("touches", name + " changes nothing that is counted of a task it does not name",
                     [](Scene& s) { return touches_nobody_else(s); });
        if (row.make == clone)
            for (const StepProperty* step : {&NPROC_LIMIT, &THREAD_LIMIT})
                add_to_scene(step->name, step->sentence, [step](Scene& s) { return keeps_limit(s, *step); });
        for (const InvariantRow& invariant : modelled_invariants())
            add_to_scene(invariant.name, "after " + name + ": " + invariant.sentence,
                         [&invariant](Scene& s) { return keeps(s, invariant); });
        all.back().run = [scene, run = all.back().run](const Setting& setting) {
            TheoremReport report = run(setting);
            scene->forget();
            return report;
        };
    }
    for (Theorem& theorem : refinement_theorems()) all.push_back(std::move(theorem));
    return all;
}

} // namespace forkproof::proofs
