// pid: a number in each pid namespace from the child's own up (listing: alloc_pid, line 396).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

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

} // namespace forkproof
