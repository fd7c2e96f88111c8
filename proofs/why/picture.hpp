// The tasks of a witness as tables.
#pragma once
#include "proofs/why/witness.hpp"

namespace forkproof::proofs::why {

/// Draws each state of a witness with the same columns: those that what is broken speaks of, and those in
/// which a task that was there has changed.
class Picture {
  public:
    explicit Picture(const Witness& witness);

    /// State i, from 0. What differs from the state before has a star.
    [[nodiscard]] std::vector<std::string> lines(std::size_t state) const;
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

  private:
    const Witness* witness_;
    std::vector<std::string> columns_;
};

} // namespace forkproof::proofs::why
