#include "proofs/world/compare_merged.hpp"

namespace forkproof::proofs {

namespace {

/// Reads merged terms as one way has them. Merging chooses by the very terms that the ways have decided, so
/// mostly the choice is made by looks, and nothing is left to ask a solver.
class AsOnWay {
  public:
    explicit AsOnWay(const State& way) : way_(way) {
        for (const z3::expr& c : way.conditions()) {
            const z3::expr& term = c.is_not() ? c.arg(0) : c;
            known_.emplace(term.id(), Known{term, way.z3().bool_val(!c.is_not())});
        }
    }
    [[nodiscard]] Truth operator()(const Truth& claim) {
        if (claim.known()) return claim;
        const z3::expr result = read(claim.term()).simplify();
        return result.is_true() ? Truth(true) : result.is_false() ? Truth(false) : Truth(result);
    }

  private:
    struct Known {
        z3::expr term; // keeps the id taken
        z3::expr value;
    };
    z3::expr read(const z3::expr& e) {
        if (const auto found = known_.find(e.id()); found != known_.end()) return found->second.value;
        return known_.emplace(e.id(), Known{e, look(e)}).first->second.value;
    }
    z3::expr look(const z3::expr& e) {
        if (!e.is_app() || e.num_args() == 0) return e;
        if (e.is_bool()) {
            try {
                return e.ctx().bool_val(way_.decide(Truth(e)));
            } catch (const Fork&) { // it is not one of the way's questions
            }
        }
        if (e.is_ite()) {
            const z3::expr which = read(e.arg(0));
            if (which.is_true() || which.is_false()) return read(e.arg(which.is_true() ? 1 : 2));
        }
        z3::expr_vector arguments(e.ctx());
        for (unsigned i = 0; i < e.num_args(); i++) {
            const z3::expr argument = read(e.arg(i));
            if ((e.is_and() && argument.is_false()) || (e.is_or() && argument.is_true())) return argument;
            arguments.push_back(argument);
        }
        return e.decl()(arguments);
    }

    const State& way_;
    std::map<unsigned, Known> known_;
};

Truth all_of(const std::vector<z3::expr>& conditions) {
    Truth all = true;
    for (const z3::expr& c : conditions) all = all && Truth(c);
    return all;
}

std::optional<std::string> fault_of(Solver& solver, const std::string& function, const Path& way,
                                    const std::vector<Path>& merged) {
    const std::vector<z3::expr>& conditions = way.state.conditions();
    AsOnWay as_on_way(way.state);
    auto possible = [&](const Truth& t) {
        return !(t.known() && !t.value()) && solver.satisfiable(conditions, t.expr(way.state.z3()));
    };
    const Path* exit = nullptr;
    Truth takes = false;
    for (const Path& m : merged) {
        const Truth taken = as_on_way(all_of(m.state.conditions()));
        if (!possible(taken)) continue;
        if (exit) return "a way takes two exits";
        exit = &m;
        takes = taken;
    }
    if (!exit && !possible(true)) return {}; // nothing takes this way
    if (!exit || possible(!takes)) return "a way takes no exit";
    std::vector<Difference> left;
    for (const Difference& d : differences(function, way, *exit))
        if (const Truth when = as_on_way(d.when); !when.known() || when.value())
            left.push_back({d.words, when});
    const auto words = first_difference(solver, conditions, left);
    return words ? std::optional(*words + " differs") : std::nullopt;
}

} // namespace

std::optional<MergeFault> merge_fault(Solver& solver, const std::string& function,
                                      const std::vector<Path>& single, const std::vector<Path>& merged) {
    for (const Path& way : single)
        if (const auto words = fault_of(solver, function, way, merged)) return MergeFault{*words, &way};
    return {};
}

} // namespace forkproof::proofs
