// signal-check: the last look before the child exists (listing: line 489).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

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
