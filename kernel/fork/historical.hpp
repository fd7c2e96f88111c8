// ladder=linux-2.6.33: copy_process with that version's clean-up, to be watched as it forgets things. It
// stands in a file of its own and takes the place of ours only when the command line asks for it.
#pragma once
#include "invariants/ladder_2_6_33.hpp"
#include "kernel/fork/fork.hpp"

namespace forkproof {

/// From now on a call of copy_process is one of copy_process_2_6_33: a jump is written over the first
/// instruction of ours. What boots, what is proved, and what the budgets are for has no question in it
/// whether history is asked for.
void ladder_2_6_33_init();
[[nodiscard]] bool ladder_is_historical();

/// Takes our steps, whose order is the listing's. One that fails jumps to its label in the ladder of
/// invariants/ladder_2_6_33.hpp, and what stands from there on is given back: no more.
[[nodiscard]] Errno copy_process_2_6_33(ForkRequest& request);

} // namespace forkproof
