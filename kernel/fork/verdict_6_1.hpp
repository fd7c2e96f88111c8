// The verdict of linux-6.1 (kernel/fork/linux_6_1.hpp).
#pragma once
#include "kernel/fork/verdict.hpp"

namespace forkproof {

/// Decides by the rows of linux-6.1, in their order. Pure, as the other one. `cap_sys_admin` is said of the
/// caller's own user namespace: whether a privilege is one everywhere is for do_fork_6_1.
[[nodiscard]] Verdict verdict_6_1(std::uint32_t flags, const VerdictContext& context, RuleSet in_force);

} // namespace forkproof
