// The verdict of clone(): which rule refuses a call, decided before anything is acquired.
#pragma once
#include "invariants/rules.hpp"

namespace forkproof {

/// The answer. `refused_by` is RuleId::none when the call may go on, and then `error` is OK.
struct Verdict {
    RuleId refused_by;
    Errno error;
    bool used_privilege; ///< a capability test succeeded: the caller gets PF_SUPERPRIV (linux-2.6.33 capable)
};

/// Decides a clone with this flag word in this context, with the rules in force. Pure: reads its arguments,
/// holds nothing, changes nothing, logs nothing. The first rule in the listing's order that refuses wins.
Verdict verdict(std::uint32_t flags, const VerdictContext& context, RuleSet in_force);

} // namespace forkproof
