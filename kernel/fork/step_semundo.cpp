// semundo: the list of what is undone to semaphores at the end (listing: copy_semundo, line 374).
#include "kernel/fork/step.hpp"
#include "kernel/ipc/undo.hpp"
#include "kernel/lib/boundary.hpp"

namespace forkproof {

/// Without SYSVSEM the child starts with nothing to undo. With it, a list that has to be made first belongs
/// to the child until publish gives the parent its share: a failure must not leave the parent with one.
FORKPROOF_BOUNDARY Errno acquire_semundo(ForkRequest& request) {
    Task& parent = *current();
    if (!(request.flags & CLONE_SYSVSEM)) return Errno::OK;
    if (parent.sysvsem) {
        parent.sysvsem->count++;
        request.child->sysvsem = parent.sysvsem;
        return Errno::OK;
    }
    request.child->sysvsem = create_undo_list(parent.nsproxy->ipc_ns);
    return request.child->sysvsem ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_semundo(ForkRequest& request) {
    if (request.child->sysvsem) put_undo_list(request.child->sysvsem);
    request.child->sysvsem = nullptr;
}

} // namespace forkproof
