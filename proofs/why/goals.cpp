#include "proofs/why/goals.hpp"
#include "invariants/predicates.hpp"
#include <algorithm>

namespace forkproof::proofs::why {
namespace {

using induction::BoundedRun;

/// Of an accepted clone: it saw what its verdict should have refused.
Goal of_step(const StepProperty& property, z3::expr (*wrong)(const CallTerms&)) {
    return {property.name, property.sentence, [wrong](const BoundedRun& run) {
                const auto& steps = run.steps();
                return !steps.empty() && steps.back().call ? wrong(*steps.back().call)
                                                           : run.boot().z3->bool_val(false);
            }};
}

bool is_of_states(const std::string& name) {
    return std::apply([&](const auto&... row) { return ((name == row.name) || ...); }, invariants);
}

std::vector<Goal> collect() {
    std::vector<Goal> goals;
    auto add = [&](const induction::InvariantRow& row) {
        goals.push_back(
            {row.name, row.sentence, [&row](const BoundedRun& run) { return !run.holds(row); }, &row});
    };
    for (const induction::InvariantRow& row : induction::modelled_invariants())
        if (!row.auxiliary && is_of_states(row.name)) add(row);
    goals.push_back(of_step(NPROC_LIMIT, [](const CallTerms& c) {
        return c.nproc_reached && !(c.cap_sys_admin || c.cap_sys_resource || c.first_user);
    }));
    goals.push_back(of_step(THREAD_LIMIT, [](const CallTerms& c) { return c.threads_reached; }));
    for (const induction::InvariantRow& row : induction::modelled_invariants())
        if (!row.auxiliary && !is_of_states(row.name)) add(row);
    return goals;
}

} // namespace

const std::vector<Goal>& all_goals() {
    static const std::vector<Goal> goals = collect();
    return goals;
}

} // namespace forkproof::proofs::why
