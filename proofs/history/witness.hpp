// A call that shows something, and what it comes to, in words.
#pragma once
#include "proofs/history/replay.hpp"

namespace forkproof::proofs {

/// A model as plain values, and what the plain run of it came to.
struct Witness {
    PlainLadderCall call;
    LadderRun run;
    /// "NEWPID with an I/O bitmap; fails at pid; I/O bitmap: 1 held".
    [[nodiscard]] std::string line() const;
};

/// "I/O bitmap: 1 held, cred: 2 of the parent's dropped"; "nothing".
std::string left_words(const LadderRun& run);

} // namespace forkproof::proofs
