// What is known of a sequence's objects, tasks and first state, put into its terms. Objects and tasks are
// numbers there, each of another one: which of the free ones an object that is made gets does not matter, and
// that a freed one comes back matters as little.
#pragma once
#include "proofs/induction/bounded_run.hpp"

namespace forkproof::proofs::why {

class Known {
  public:
    explicit Known(z3::context& z3) : names_(z3), numbers_(z3), reads_(z3), values_(z3) {}

    /// A constant becomes the next number.
    void number(const z3::expr& constant);
    /// A constant that is known becomes this.
    void say(const z3::expr& constant, const z3::expr& value);
    /// A fact of the first state: what it says of a field in one place is put wherever that is read.
    void learn(const z3::expr& fact);

    /// A term with its constants put in only.
    [[nodiscard]] z3::expr named(const z3::expr& term) const;
    /// A term with all that is known in it.
    [[nodiscard]] z3::expr operator()(const z3::expr& term) const;

  private:
    z3::expr_vector names_, numbers_, reads_, values_;
    int next_ = 1; // 0 is nobody and nil
};

} // namespace forkproof::proofs::why
