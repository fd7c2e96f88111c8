// The witnesses of `make break`: for a rule of clone(), the shortest way from a fresh system to the call that
// the rule refuses. With the rule in force the call answers the rule's errno; with the rule switched off the
// kernel's checker stops the machine at that very call.
#pragma once
#include "invariants/rules.hpp"
#include "user/lib/lib.hpp"

namespace breach {
using namespace user;

/// How a witness ends; the program exits with it.
enum Outcome : int {
    REFUSED = 0,      ///< the rule's errno, or the rule's effect
    NOT_TRIED = 2,    ///< wrong use
    ACCEPTED = 3,     ///< the call went through and nothing stopped it
    OTHER_ANSWER = 4, ///< an errno that is not the rule's, or the witness died
};

/// Says a call before it is made: "    clone(FS | NEWNS | SIGCHLD) ..."
void announce(std::uint32_t flags);

/// Says what it answered and judges it against the rule.
Outcome judge(RuleId rule, int answer);

/// Waits for a child that exits with an Outcome.
Outcome outcome_of(int pid);

/// The body of a child that has nothing to do.
int nothing(void*);

// Rules that one call with the right flags does not show (special.cpp, in_exec.cpp).
Outcome nproc(RuleId rule);
Outcome max_threads(RuleId rule);
Outcome newuser_caps(RuleId rule);
Outcome fs_in_exec(RuleId rule);
Outcome parent_exit_signal(RuleId rule);
Outcome reset_on_fork(RuleId rule);

/// Where this program lies: some witnesses execute it again, with NOTHING as its argument, to have an exec.
extern const char* own_path;
inline constexpr const char* NOTHING = "--nothing";

} // namespace breach
