// Divisions are what bit-vector solvers are worst at, and hardly a proof needs to know what a quotient is: it
// is the same on both sides. So a question is first asked with each quotient and remainder as an unknown of
// which only the bounds are known. That allows more than is true: "unsatisfiable" is an answer, else nothing
// is known yet.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>
#include <z3++.h>

namespace forkproof::proofs {

class Divisions {
  public:
    /// The expression with its divisions unknown, and what bounds them; the very same one if it has none.
    [[nodiscard]] z3::expr unknown(const z3::expr& e);
    /// The names that its divisions depend on. With numbers for these, divisions are easy.
    [[nodiscard]] std::vector<z3::expr> depend_on(const z3::expr& e);

  private:
    struct Known {
        z3::expr original; ///< keeps its id taken
        z3::expr rewritten;
        std::vector<unsigned> divisions; ///< inside it: ids of the originals
    };
    const Known& rewrite(const z3::expr& e);

    std::unordered_map<unsigned, Known> known_; // by Z3's id
    std::unordered_map<unsigned, z3::expr> bounds_;
};

} // namespace forkproof::proofs
