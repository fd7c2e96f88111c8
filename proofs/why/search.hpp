// The search for the shortest sequence of calls.
#pragma once
#include "proofs/why/goals.hpp"
#include "proofs/why/known.hpp"

namespace forkproof::proofs::why {

/// Where a sequence begins: what is not counted.
enum class Start : std::uint8_t {
    init, ///< init alone, as a boot ends
    user, ///< init, and a child of its that has become nobody
};
inline constexpr Start starts[] = {Start::init, Start::user};

/// Which sequences are looked for.
struct Question {
    const RuleTable* table;
    RuleSet in_force; ///< all rules, also those that are switched off
    RuleSet off;      ///< of a sequence, one call is refused by each of these, were it alone in force
    std::vector<const Goal*> goals; ///< one of these is broken after the last call
};

/// One kind of call after the other.
using Kinds = std::vector<const induction::TransitionRow*>;

/// A sequence as terms, with all that is assumed of it in the solver.
class Sequence {
  public:
    /// At the start, with what is set up there.
    Sequence(z3::context& z3, const Question& question, Start start);

    /// One call more.
    void call(const induction::TransitionRow& row);

    [[nodiscard]] const induction::BoundedRun& run() const { return run_; }
    [[nodiscard]] z3::solver& solver() { return *solver_; }
    /// A term over the run, as the solver takes it.
    [[nodiscard]] z3::expr plain(const z3::expr& term) const { return known_(term); }
    [[nodiscard]] Start start() const { return start_; }
    [[nodiscard]] const Question& question() const { return *question_; }
    /// Steps of the run that set up the start.
    [[nodiscard]] std::size_t set_up() const { return set_up_; }
    [[nodiscard]] std::size_t calls() const { return run_.steps().size() - set_up_; }
    /// The i-th call, from 0.
    [[nodiscard]] const induction::Transition& at(std::size_t i) const { return run_.steps()[set_up_ + i]; }
    /// Whether the rules that are off would refuse this call (or change what it does): false if it is no
    /// clone.
    [[nodiscard]] z3::expr is_called_for(std::size_t i) const;

    /// Whether the kinds can follow each other at all.
    [[nodiscard]] bool is_possible();
    /// That the rule is called for, and a goal is broken at the end.
    [[nodiscard]] z3::expr breaks_something() const;

    /// One call more is tried, and taken back.
    template <class F>
    void try_call(const induction::TransitionRow& row, F then) {
        const induction::BoundedRun before = run_;
        const Known known = known_;
        solver_->push();
        call(row);
        then();
        solver_->pop();
        run_ = before;
        known_ = known;
        facts_ = run_.facts().size();
    }

  private:
    void add_facts();
    const induction::Transition& step(const induction::TransitionRow& row, RuleSet in_force);
    const Question* question_;
    Start start_;
    induction::BoundedRun run_;
    Known known_;
    std::shared_ptr<z3::solver> solver_;
    std::size_t facts_ = 0, set_up_ = 0;
};

/// All kinds of sequences of exactly this many calls that break one of the goals. Throws NotProved if the
/// solver gives up.
struct FoundKinds {
    Start start;
    Kinds kinds;
};
std::vector<FoundKinds> sequences(const Question& question, Start start, std::size_t calls);

} // namespace forkproof::proofs::why
