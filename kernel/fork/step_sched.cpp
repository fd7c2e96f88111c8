// sched: a place in the scheduler (listing: sched_fork, line 365).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY Errno acquire_sched(ForkRequest& request) {
    sched_fork(*request.child, rules_in_force.has(RuleId::reset_on_fork));
    return Errno::OK;
}

} // namespace forkproof
