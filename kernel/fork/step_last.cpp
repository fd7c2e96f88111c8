// sched, pid and signal-check: a place in the scheduler, a number, and the last look before the child exists
// (listing: lines 365, 396 and 489).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY Errno acquire_sched(ForkRequest& request) {
    sched_fork(*request.child, rules_in_force.has(RuleId::reset_on_fork));
    return Errno::OK;
}

FORKPROOF_BOUNDARY Errno acquire_pid(ForkRequest& request) {
    Task& child = *request.child;
    request.pid = alloc_pid(child.nsproxy->pid_ns);
    if (!request.pid) return Errno::ENOMEM; // EAGAIN only since Linux 4.1
    child.pid = pid_nr(request.pid);
    child.tgid = request.flags & CLONE_THREAD ? current()->tgid : child.pid;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_pid(ForkRequest& request) {
    free_pid(request.pid);
    request.pid = nullptr;
}

/// A signal to the whole process group must reach either the parent alone before the fork, or both after it:
/// with one pending, the call starts again after it. Otherwise both locks stay held, for publish.
FORKPROOF_BOUNDARY Errno acquire_signal_check(ForkRequest&) {
    tasklist_lock.lock();
    siglock.lock();
    recalc_sigpending();
    if (!signal_pending(*current())) return Errno::OK;
    siglock.unlock();
    tasklist_lock.unlock();
    return Errno::ERESTARTNOINTR;
}

} // namespace forkproof
