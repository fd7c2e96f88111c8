// proc-mount: the proc of a new pid namespace, and the kernel's own mount of it (listing:
// pid_ns_prepare_proc, line 401).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/proc/proc.hpp"

namespace forkproof {

/// The mount holds the namespace and the namespace the mount, so it must be taken back by name: the listing
/// forgets to (defect B1). That of a namespace which has lived is given back when its init dies.
FORKPROOF_BOUNDARY Errno acquire_proc_mount(ForkRequest& request) {
    if (!(request.flags & CLONE_NEWPID)) return Errno::OK;
    return pid_ns_prepare_proc(*request.child->nsproxy->pid_ns);
}
FORKPROOF_BOUNDARY void release_proc_mount(ForkRequest& request) {
    if (request.flags & CLONE_NEWPID) pid_ns_release_proc(*request.child->nsproxy->pid_ns);
}

} // namespace forkproof
