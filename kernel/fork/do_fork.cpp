#include "kernel/fork/fork.hpp"
#include "kernel/fork/security.hpp"
#include "kernel/fork/stopped_log.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

RuleSet rules_in_force = profile_default;
SecurityPolicy security_policy;

FORKPROOF_BOUNDARY VerdictContext verdict_context(u32 flags) {
    const Task& me = *current();
    const Cred& cred = *me.cred;
    VerdictContext c;
    c.cap_sys_admin = has_capability(cred, CAP_SYS_ADMIN);
    c.cap_setuid = has_capability(cred, CAP_SETUID);
    c.cap_setgid = has_capability(cred, CAP_SETGID);
    c.cap_sys_resource = has_capability(cred, CAP_SYS_RESOURCE);
    c.first_user = me.real_cred->user == root_user;
    c.nproc_reached = me.real_cred->user->processes >= me.signal->rlim[RLIMIT_NPROC].cur;
    c.threads_reached = task_counts.nr_threads >= task_counts.max_threads;
    c.exec_domain_going = me.exec_domain->going;
    c.unkillable = me.signal->flags & SIGNAL_UNKILLABLE;
    c.in_exec = me.fs->in_exec;
    c.security_errno = static_cast<int>(security_task_create(flags));
    return c;
}

namespace {

/// CLONE_STOPPED: the child begins with a SIGSTOP instead of on the run queue. It can already be found, so
/// its signals are touched under siglock (the listing does not: defect B16).
void start_stopped(Task& child) {
    siglock.lock();
    child.pending |= sigmask(SIGSTOP);
    child.ti_flags |= TIF_SIGPENDING;
    child.state = TASK_STOPPED;
    siglock.unlock();
}

} // namespace

FORKPROOF_BOUNDARY i32 do_fork(ForkRequest& request) {
    const u32 flags = request.flags;
    const VerdictContext context = verdict_context(flags);
    const Verdict answer = verdict(flags, context, rules_in_force);
    if (answer.used_privilege) current()->flags |= PF_SUPERPRIV;
    if ((flags & CLONE_STOPPED) && answer.refused_by != RuleId::newuser_thread &&
        answer.refused_by != RuleId::newuser_caps)
        log_stopped_flag();
    if (answer.refused_by != RuleId::none) return negative(answer.error);

    if (calls_are_watched) fail_injection_call_begins(request);
    const Errno error = copy_process(request);
    if (calls_are_watched) fail_injection_call_ends(error, flags);
    if (error != Errno::OK) return negative(error);
    publish(request);

    Task& child = *request.child;
    const i32 number = pid_nr_ns(request.pid, task_active_pid_ns(*current()));
    if (flags & CLONE_PARENT_SETTID)
        (void)put_user(number, request.parent_tid); // a bad address fails nothing
    Completion vfork{.waiter = current(), .mm = child.mm};
    if (flags & CLONE_VFORK) child.vfork_done = &vfork;
    child.flags &= ~static_cast<u32>(PF_STARTING);
    if (flags & CLONE_STOPPED)
        start_stopped(child);
    else
        wake_up_new_task(child);
    if (calls_are_watched) clone_accepted(request, context);
    if (flags & CLONE_VFORK) wait_for_completion(vfork);
    return number;
}

} // namespace forkproof
