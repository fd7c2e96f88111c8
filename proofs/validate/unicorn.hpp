// Unicorn, asked what an instruction does: an advisory vote, for it has mistakes of its own.
#pragma once
#include "proofs/validate/site.hpp"
#include <memory>

namespace forkproof::proofs {

class Unicorn {
  public:
    Unicorn();
    ~Unicorn();
    Unicorn(const Unicorn&) = delete;
    Unicorn& operator=(const Unicorn&) = delete;

    /// What it makes of the case, in the form that the processor program answers in.
    [[nodiscard]] Case run(const Site& site, const Case& input);

  private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

/// Whether its answer means anything: not where selectors are read, which are others there.
[[nodiscard]] bool unicorn_may_vote(const Instruction& instruction);

} // namespace forkproof::proofs
