#include "proofs/world/compare.hpp"
#include "proofs/world/differences.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

Comparison compare_one(Solver& solver, const RunRecord& original, const RunRecord& other) {
    if (original.what != other.what) return {false, "another function is run"};
    for (const Path& a : original.paths)
        for (const Path& b : other.paths) {
            std::vector<z3::expr> both = a.state.conditions();
            both.insert(both.end(), b.state.conditions().begin(), b.state.conditions().end());
            if (!solver.may_be_satisfiable(both, a.state.z3().bool_val(true))) continue;
            if (const auto words = first_difference(solver, both, differences(original.what, a, b)))
                return {false, fmt::format("{} differs after {}", *words, original.what)};
        }
    return {true, ""};
}

} // namespace

Comparison compare_runs(const Judgement& original, const Judgement& other, unsigned effort) {
    const std::vector<RunRecord>&a = original.runs, &b = other.runs;
    if (a.size() != b.size()) return {false, "it does not even run as often"};
    try {
        Solver solver(*original.z3, effort);
        for (std::size_t i = 0; i < a.size(); i++)
            if (Comparison c = compare_one(solver, a[i], b[i]); !c.same) return c;
        return {true, ""};
    } catch (const CannotTell& limit) {
        return {false, limit.what()};
    }
}

} // namespace forkproof::proofs
