// The invariants before a transition, and the transition: what every goal of the induction is asked of. It is
// built once for a transition; each goal is put on top of it and taken off again.
#pragma once
#include "proofs/induction/rows.hpp"
#include "proofs/induction/transitions.hpp"
#include "proofs/theorem.hpp"
#include <memory>
#include <mutex>

namespace forkproof::proofs::induction {

/// A solver that gives up after so much of Z3's own unit of work, which is the same on every machine.
z3::solver solver_in(z3::context& z3);
/// Proved if unsat; sat is refuted, and anything else unknown, each with these words.
void expect_unsat(z3::check_result answer, const std::string& what);
/// As it should be if sat; unsat is vacuous.
void expect_sat(z3::check_result answer, const std::string& what);

/// What is asked of two tasks and an object that are anything, of which `a` comes first.
struct Anything {
    z3::expr a, b, o;
};

class Scene {
  public:
    /// Throws NotProved (vacuous) if nothing satisfies the invariants and what the transition needs.
    Scene(const TransitionRow& row, const Law& law);

    /// The solver's answer when these are added, and taken off again. Afterwards `used` has the names of the
    /// invariants that an unsat answer rests on.
    z3::check_result ask(const std::vector<z3::expr>& more);

    [[nodiscard]] const TransitionRow& row() const { return *row_; }
    [[nodiscard]] const State& before() const { return before_; }
    [[nodiscard]] const Transition& transition() const { return t_; }
    [[nodiscard]] const Anything& anything() const { return any_; }
    [[nodiscard]] const std::vector<std::string>& used() const { return used_; }
    /// Questions asked since the last call.
    unsigned queries();

  private:
    const TransitionRow* row_;
    z3::context z3_;
    State before_{z3_};
    Transition t_;
    Anything any_;
    z3::solver solver_;
    std::vector<std::string> used_;
    unsigned queries_ = 0;
};

/// The scene of one transition under the shipped rules, made when it is first asked for. One goal at a time.
class SharedScene {
  public:
    explicit SharedScene(const TransitionRow& row) : row_(row) {}
    template <class Body>
    auto with(Body body) {
        const std::lock_guard lock(mutex_);
        if (!scene_) {
            table_ = shipped_rule_table();
            scene_ = std::make_unique<Scene>(row_, Law{&table_, table_.profile("default")});
        }
        return body(*scene_);
    }
    /// Gives its memory back, for instance after the last goal.
    void forget() {
        const std::lock_guard lock(mutex_);
        scene_.reset();
    }

  private:
    const TransitionRow& row_;
    RuleTable table_;
    std::mutex mutex_;
    std::unique_ptr<Scene> scene_;
};

} // namespace forkproof::proofs::induction
