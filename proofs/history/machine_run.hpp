// A ladder's i386 code in the executor that also runs the kernel's.
#pragma once
#include "proofs/history/code.hpp"
#include "proofs/machine/executor.hpp"

namespace forkproof::proofs {

class LadderMachine {
  public:
    LadderMachine(const Ladder& ladder, z3::context& z3);

    /// This call, nothing in it being unknown. Of the answer `calls` and `refused_by` are empty. Throws a
    /// Violation or CannotTell if the code does not come to its end.
    LadderRun run(const PlainLadderCall& call);

    struct Followed {
        PlainLadderCall call; ///< with the failures of this path
        LadderRun run;
    };
    /// This call, but that each step that can fail may or may not, and keep what it took or not: every path.
    std::vector<Followed> follow(const PlainLadderCall& call);

    [[nodiscard]] unsigned queries() const { return solver_.queries; }
    [[nodiscard]] const LadderCode& code() const { return code_; }

  private:
    std::vector<Path> execute(const PlainLadderCall& call, bool any_failure);
    [[nodiscard]] LadderRun read(const Path& path) const;
    [[nodiscard]] int byte(std::uint32_t address) const;

    Ladder ladder_;
    z3::context& z3_;
    LadderCode code_;
    Decoder decoder_;
    Solver solver_;
    Executor executor_;
};

} // namespace forkproof::proofs
