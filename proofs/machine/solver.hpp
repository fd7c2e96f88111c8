// Z3, asked incrementally: the conditions of a path stay asserted while paths that begin alike are asked
// about. Effort is limited by Z3's own measure of work, so that answers do not depend on the machine.
#pragma once
#include "proofs/machine/divisions.hpp"
#include "proofs/machine/word.hpp"
#include <vector>

namespace forkproof::proofs {

class Solver {
  public:
    /// What one question may cost in Z3's measure: ten times what any needs today.
    static constexpr unsigned EFFORT = 30'000'000;

    /// 0 stands for EFFORT.
    explicit Solver(z3::context& z3, unsigned wanted_effort = 0);

    /// Whether something satisfies all of these. Throws CannotTell if Z3 gives up.
    [[nodiscard]] bool satisfiable(const std::vector<z3::expr>& conditions, const z3::expr& and_this);
    [[nodiscard]] bool satisfiable(const std::vector<z3::expr>& conditions);
    /// False only if nothing satisfies them: a quotient may be taken to be anything within its bounds.
    [[nodiscard]] bool may_be_satisfiable(const std::vector<z3::expr>& conditions, const z3::expr& and_this);
    /// Of the last question, which was satisfiable.
    [[nodiscard]] z3::model model() { return solver_.get_model(); }
    /// A question as an SMT-LIB file for another solver.
    [[nodiscard]] std::string smt2(const std::vector<z3::expr>& conditions, const z3::expr& and_this,
                                   bool satisfiable);

    const unsigned effort; ///< what one question may cost
    unsigned queries = 0;

  private:
    [[nodiscard]] bool ask(const std::vector<z3::expr>& conditions, const z3::expr& and_this);
    [[nodiscard]] bool without_divisions(std::vector<z3::expr>& conditions, z3::expr& and_this);
    [[nodiscard]] bool satisfiable_like(std::vector<z3::expr> conditions, const z3::expr& and_this,
                                        const z3::model& model);
    void assert_exactly(const std::vector<z3::expr>& conditions);
    [[nodiscard]] bool answer(z3::check_result result) const;

    z3::solver solver_;
    std::vector<z3::expr> asserted_;
    Divisions divisions_;
};

} // namespace forkproof::proofs
