// The security hook: a policy that may refuse a clone() with an errno of its own, as a security module does
// (linux-2.6.33 security_task_create).
#pragma once
#include "kernel/cmdline.hpp"

namespace forkproof {

/// Loaded when init starts, from lsm= on the command line; the boot's own tasks are made before.
extern SecurityPolicy security_policy;

/// OK, or the errno with which the policy refuses this flag word: if it asks for any of the policy's flags.
[[nodiscard]] inline Errno security_task_create(u32 flags) {
    return flags & security_policy.denied ? security_policy.error : Errno::OK;
}

} // namespace forkproof
