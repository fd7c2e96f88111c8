// signal: what the threads of a process share (listing: copy_signal, line 382).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

/// A thread takes nothing here: its count on the group rises when it is published.
FORKPROOF_BOUNDARY Errno acquire_signal(ForkRequest& request) {
    Signal* old = current()->signal;
    if (request.flags & CLONE_THREAD) {
        request.child->signal = old;
        return Errno::OK;
    }
    auto* fresh = create<Signal>();
    if (!fresh) return Errno::ENOMEM;
    memcpy(fresh->rlim, old->rlim, sizeof fresh->rlim);
    if (request.flags & CLONE_NEWPID) fresh->flags |= SIGNAL_UNKILLABLE;
    request.child->signal = fresh;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_signal(ForkRequest& request) {
    if (!(request.flags & CLONE_THREAD)) destroy(request.child->signal);
    request.child->signal = nullptr;
}

} // namespace forkproof
