// The table of steps: one row for each resource that a child takes, with what gives it back.
#pragma once
#include "kernel/fork/fork.hpp"

namespace forkproof {

/// Every acquire has the same shape: share if the flag says so, else copy, else say which errno. One that
/// fails holds nothing. A release undoes its acquire exactly and cannot fail.
struct Step {
    const char* name;
    Errno (*acquire)(ForkRequest&);
    void (*release)(ForkRequest&);
    const char* label;   ///< of the 2.6.33 listing: where a failure of this step jumps to
    Errno usual_failure; ///< what fail=NAME injects if no errno is named; OK: the step cannot fail
};

inline constexpr int STEP_COUNT = 18;
extern const Step steps[STEP_COUNT];

// The steps, in their order. Each pair stands in the file of its name or kind (kernel/fork/step_*.cpp).
Errno acquire_task(ForkRequest&);
void release_task_step(ForkRequest&);
Errno acquire_creds(ForkRequest&);
void release_creds(ForkRequest&);
Errno acquire_exec_domain(ForkRequest&);
void release_exec_domain(ForkRequest&);
Errno acquire_cgroup(ForkRequest&);
void release_cgroup(ForkRequest&);
Errno acquire_sched(ForkRequest&);
Errno acquire_semundo(ForkRequest&);
void release_semundo(ForkRequest&);
Errno acquire_files(ForkRequest&);
void release_files(ForkRequest&);
Errno acquire_fs(ForkRequest&);
void release_fs(ForkRequest&);
Errno acquire_sighand(ForkRequest&);
void release_sighand(ForkRequest&);
Errno acquire_signal(ForkRequest&);
void release_signal(ForkRequest&);
Errno acquire_mm(ForkRequest&);
void release_mm(ForkRequest&);
Errno acquire_namespaces(ForkRequest&);
void release_namespaces(ForkRequest&);
Errno acquire_io(ForkRequest&);
void release_io(ForkRequest&);
Errno acquire_thread(ForkRequest&);
void release_thread(ForkRequest&);
Errno acquire_pid(ForkRequest&);
void release_pid(ForkRequest&);
Errno acquire_proc_mount(ForkRequest&);
void release_proc_mount(ForkRequest&);
Errno acquire_ns_cgroup(ForkRequest&);
void release_ns_cgroup(ForkRequest&);
Errno acquire_signal_check(ForkRequest&);
/// For steps that hold nothing.
void release_nothing(ForkRequest&);

} // namespace forkproof
