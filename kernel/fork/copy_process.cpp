#include "invariants/ladder_2_6_33.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

// The whole clean-up ladder. Read downwards it is the order in which a child takes what it needs; a failure
// in any row releases the rows above it, from the nearest to the first.
constexpr Step steps[STEP_COUNT] = {
    {"task", acquire_task, release_task_step, "fork_out", Errno::ENOMEM},
    {"creds", acquire_creds, release_creds, "bad_fork_free", Errno::ENOMEM},
    {"exec-domain", acquire_exec_domain, release_exec_domain, "bad_fork_cleanup_count", Errno::EAGAIN},
    {"cgroup", acquire_cgroup, release_cgroup, "", Errno::OK},
    {"sched", acquire_sched, release_nothing, "", Errno::OK},
    {"semundo", acquire_semundo, release_semundo, "bad_fork_cleanup_audit", Errno::ENOMEM},
    {"files", acquire_files, release_files, "bad_fork_cleanup_semundo", Errno::ENOMEM},
    {"fs", acquire_fs, release_fs, "bad_fork_cleanup_files", Errno::ENOMEM},
    {"sighand", acquire_sighand, release_sighand, "bad_fork_cleanup_fs", Errno::ENOMEM},
    {"signal", acquire_signal, release_signal, "bad_fork_cleanup_sighand", Errno::ENOMEM},
    {"mm", acquire_mm, release_mm, "bad_fork_cleanup_signal", Errno::ENOMEM},
    {"namespaces", acquire_namespaces, release_namespaces, "bad_fork_cleanup_mm", Errno::ENOMEM},
    {"io", acquire_io, release_io, "bad_fork_cleanup_namespaces", Errno::ENOMEM},
    {"thread", acquire_thread, release_thread, "bad_fork_cleanup_io", Errno::ENOMEM},
    {"pid", acquire_pid, release_pid, "bad_fork_cleanup_io", Errno::ENOMEM},
    {"proc-mount", acquire_proc_mount, release_proc_mount, "bad_fork_free_pid", Errno::ENOMEM},
    {"ns-cgroup", acquire_ns_cgroup, release_ns_cgroup, "bad_fork_free_pid", Errno::ENOMEM},
    {"signal-check", acquire_signal_check, release_nothing, "bad_fork_free_pid", Errno::ERESTARTNOINTR},
};

namespace {

/// Whether our rows stand in the listing's order, under its labels. What the listing has besides them comes
/// with the subsystems that it takes them from.
constexpr bool in_the_listings_order() {
    int at = 0;
    for (const Step& step : steps) {
        while (at < static_cast<int>(sizeof ladder_2_6_33 / sizeof ladder_2_6_33[0]) &&
               !(Text(ladder_2_6_33[at].step) == Text(step.name)))
            at++;
        if (at == static_cast<int>(sizeof ladder_2_6_33 / sizeof ladder_2_6_33[0])) return false;
        if (!(Text(ladder_2_6_33[at].label) == Text(step.label))) return false;
    }
    return true;
}
static_assert(in_the_listings_order());

} // namespace

FORKPROOF_BOUNDARY Errno copy_process(ForkRequest& request) {
    for (int i = 0; i < STEP_COUNT; i++) {
        const Errno error = steps_are_watched ? acquire_watched(i, request) : steps[i].acquire(request);
        if (error == Errno::OK) continue;
        while (i-- > 0) steps[i].release(request);
        return error;
    }
    return Errno::OK;
}

void release_nothing(ForkRequest&) {}

} // namespace forkproof
