// rules=linux-6.1: clone() refused by the rules of today's Linux (invariants/later_rules.hpp), to be compared
// with the listing's. They stand in files of their own and take the place of ours only when the command line
// asks for them. The steps stay 2.6.33's: NEWCGROUP and PIDFD make nothing, a new user namespace's root has
// capabilities from its first exec on, and owners of files and of signals are compared without their
// namespaces.
#pragma once
#include "kernel/fork/fork.hpp"
#include "kernel/task/cred.hpp"

namespace forkproof {

/// From now on a call of do_fork is one of do_fork_6_1, and of capable one of capable_6_1: a jump is written
/// over the first instruction of each. What boots otherwise has no question in it which kernel's rules are
/// asked for.
void linux_6_1_init();
[[nodiscard]] bool rules_are_of_6_1();

[[nodiscard]] i32 do_fork_6_1(ForkRequest& request);

/// A capability means something everywhere only in the first user namespace (linux-6.1 capable): anybody may
/// make another one, and be uid 0 there.
[[nodiscard]] bool capable_6_1(Capability cap);

} // namespace forkproof
