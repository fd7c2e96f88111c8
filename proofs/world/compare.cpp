#include "proofs/world/compare.hpp"
#include "proofs/world/differences.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

std::vector<RunRecord> runs_of(const MachineBody& body, const Setting& setting,
                               const std::shared_ptr<z3::context>& z3) {
    std::vector<RunRecord> runs;
    MachineProof proof(setting, z3, runs);
    body(proof);
    return runs;
}

Comparison compare_runs(Solver& solver, const RunRecord& original, const RunRecord& other) {
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

Comparison compare_images(const MachineBody& body, const Setting& original, const Setting& other) {
    const auto z3 = std::make_shared<z3::context>();
    try {
        const std::vector<RunRecord> a = runs_of(body, original, z3), b = runs_of(body, other, z3);
        if (a.size() != b.size()) return {false, "it does not even run as often"};
        Solver solver(*z3, other.effort);
        for (std::size_t i = 0; i < a.size(); i++)
            if (Comparison c = compare_runs(solver, a[i], b[i]); !c.same) return c;
        return {true, ""};
    } catch (const CannotTell& limit) {
        return {false, limit.what()};
    } catch (const NotProved& failed) {
        return {false, failed.lines.empty() ? "a start state that is impossible" : failed.lines.front()};
    } catch (const Refuted& refuted) {
        return {false, refuted.words};
    } catch (const BadImage& bad) {
        return {false, bad.what()};
    }
}

} // namespace forkproof::proofs
