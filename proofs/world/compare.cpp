#include "proofs/world/compare.hpp"
#include "proofs/world/differences.hpp"
#include <algorithm>
#include <fmt/core.h>
#include <optional>

namespace forkproof::proofs {

namespace {

/// Both paths have assumed the same, by its looks.
bool same_way(const Path& a, const Path& b) {
    const std::vector<z3::expr>&x = a.state.conditions(), &y = b.state.conditions();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const z3::expr& p, const z3::expr& q) { return z3::eq(p, q); });
}

/// The paths of `other` in the order in which their like are in `original`; nothing if some have none. Then
/// no two others can be taken by the same values, for the paths of one run exclude each other.
std::optional<std::vector<const Path*>> matched(const RunRecord& original, const RunRecord& other) {
    if (original.paths.size() != other.paths.size()) return {};
    std::vector<const Path*> found;
    for (std::size_t i = 0; i < original.paths.size(); i++) {
        if (!same_way(original.paths[i], other.paths[i])) return {};
        found.push_back(&other.paths[i]);
    }
    return found;
}

Comparison compare_one(Solver& solver, const RunRecord& original, const RunRecord& other) {
    if (original.what != other.what) return {false, "another function is run"};
    if (const auto same = matched(original, other)) {
        for (std::size_t i = 0; i < same->size(); i++)
            if (const auto words =
                    first_difference(solver, original.paths[i].state.conditions(),
                                     differences(original.what, original.paths[i], *(*same)[i])))
                return {false, fmt::format("{} differs after {}", *words, original.what)};
        return {true, ""};
    }
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
