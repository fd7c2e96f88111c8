// A few transitions after each other, from the state that a boot ends in. All tasks that can exist then are
// known, so that what is found is a state in full.
#pragma once
#include "proofs/induction/first_state.hpp"
#include "proofs/induction/rows.hpp"
#include "proofs/induction/transitions.hpp"

namespace forkproof::proofs::induction {

class BoundedRun {
  public:
    /// Init and kthreadd alone; or another first state.
    explicit BoundedRun(z3::context& z3, const FirstState& first = modelled_first_state())
        : BoundedRun(z3, Sorts(z3), first) {}
    BoundedRun(z3::context& z3, const Sorts& sorts, const FirstState& first = modelled_first_state());

    /// One transition more, by any task to any other.
    const Transition& step(const TransitionRow& row, const Law& law);

    [[nodiscard]] const State& boot() const { return boot_; }
    [[nodiscard]] const State& now() const { return steps_.empty() ? boot_ : steps_.back().after; }
    [[nodiscard]] const std::vector<Transition>& steps() const { return steps_; }
    [[nodiscard]] const std::vector<z3::expr>& tasks() const { return tasks_; }
    [[nodiscard]] const std::vector<z3::expr>& objects() const { return objects_; }
    /// What is assumed so far.
    [[nodiscard]] const std::vector<z3::expr>& facts() const { return facts_; }
    /// An invariant of the state after all steps, or of another one of this run.
    [[nodiscard]] z3::expr holds(const InvariantRow& row) const { return holds(row, now()); }
    [[nodiscard]] z3::expr holds(const InvariantRow& row, const State& state) const;

  private:
    /// At boot only what the first state names exists.
    void nothing_else_exists(const z3::expr& object);

    State boot_;
    FirstTerms first_;
    std::vector<z3::expr> tasks_, facts_, objects_;
    std::vector<Transition> steps_;
};

} // namespace forkproof::proofs::induction
