// cgroup and ns-cgroup: the child is in its parent's group, and in one of its own if it has namespaces of its
// own (listing: lines 317 and 413).
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY Errno acquire_cgroup(ForkRequest& request) {
    CssSet* set = current()->cgroups;
    get_css_set(set);
    request.child->cgroups = set;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_cgroup(ForkRequest& request) {
    put_css_set(request.child->cgroups);
    request.child->cgroups = nullptr;
}

FORKPROOF_BOUNDARY Errno acquire_ns_cgroup(ForkRequest& request) {
    const Task& caller = *current();
    if (request.child->nsproxy == caller.nsproxy) return Errno::OK;
    return ns_cgroup_clone(*request.child, pid_nr_ns(request.pid, task_active_pid_ns(caller)));
}
FORKPROOF_BOUNDARY void release_ns_cgroup(ForkRequest& request) {
    ns_cgroup_undo(*request.child, current()->cgroups);
}

} // namespace forkproof
