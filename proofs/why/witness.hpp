// The shortest sequence in plain values: what `make why` tells, and `make break` plays.
#pragma once
#include "proofs/why/plain_state.hpp"
#include <optional>

namespace forkproof::proofs::why {

struct PlainStep {
    std::string who;   ///< "init"
    std::string call;  ///< "clone(FS | NEWNS)"
    std::string makes; ///< the name of the new task, or ""
    [[nodiscard]] std::string line() const {
        return who + " " + call + (makes.empty() ? "" : " -> " + makes);
    }
};

/// One broken invariant or property of a step, and of whom.
struct Wrong {
    std::string name, sentence;
};

struct Witness {
    Start start = Start::init;
    std::vector<PlainStep> calls;
    std::vector<PlainState> states; ///< at the start, and after each call
    std::vector<Wrong> wrong;       ///< all that is broken after the last call, in the order of the tables
    std::size_t refused = 0;        ///< the call, from 1, that the missing rule would refuse
    unsigned nproc = 0, max_threads = 0; ///< the limits, where one is reached; else 0
    int flags = 0;                       ///< how many it takes in all

    [[nodiscard]] std::size_t at() const { return calls.size(); }
    [[nodiscard]] bool breaks(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;
};

/// The shortest sequence of at most so many calls that breaks one of the goals: from init alone if that is as
/// short, with the fewest flags. Nothing if there is none. Throws NotProved if the solver gives up.
std::optional<Witness> shortest(const Question& question, std::size_t most_calls);

} // namespace forkproof::proofs::why
