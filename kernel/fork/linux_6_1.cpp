#include "kernel/fork/linux_6_1.hpp"
#include "kernel/arch/redirect.hpp"
#include "kernel/fork/verdict_6_1.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

bool in_force;

bool in_first_user_ns() { return current()->cred->user->user_ns == init_user_ns; }

/// The rules, for who may be privileged in another user namespace only. That helps it to namespaces, but not
/// over the limit of tasks, which is everybody's; of the rules before that one none asks for privilege.
Verdict decide(u32 flags, const VerdictContext& context) {
    if (!in_first_user_ns() && context.nproc_reached) {
        VerdictContext everywhere = context;
        everywhere.cap_sys_admin = everywhere.cap_sys_resource = false;
        const Verdict answer = verdict_6_1(flags, everywhere, rules_in_force);
        if (answer.refused_by == RuleId::nproc) return answer;
    }
    return verdict_6_1(flags, context, rules_in_force);
}

} // namespace

i32 do_fork_6_1(ForkRequest& request) {
    const u32 flags = request.flags;
    const VerdictContext context = verdict_context(flags);
    const Verdict answer = decide(flags, context);
    if (answer.used_privilege) current()->flags |= PF_SUPERPRIV;
    if (answer.refused_by != RuleId::none) return negative(answer.error);

    if (calls_are_watched) fail_injection_call_begins(request);
    const Errno error = copy_process(request);
    if (calls_are_watched) fail_injection_call_ends(error, flags);
    if (error != Errno::OK) return negative(error);
    publish(request);

    Task& child = *request.child;
    const i32 number = pid_nr_ns(request.pid, task_active_pid_ns(*current()));
    if (flags & CLONE_PARENT_SETTID) (void)put_user(number, request.parent_tid);
    Completion vfork{.waiter = current(), .mm = child.mm};
    if (flags & CLONE_VFORK) child.vfork_done = &vfork;
    child.flags &= ~static_cast<u32>(PF_STARTING);
    wake_up_new_task(child); // no child begins stopped: the bit is NEWCGROUP's now
    if (calls_are_watched) clone_accepted(request, context);
    if (flags & CLONE_VFORK) wait_for_completion(vfork);
    return number;
}

bool capable_6_1(Capability cap) {
    if (!in_first_user_ns() || !has_capability(*current()->cred, cap)) return false;
    current()->flags |= PF_SUPERPRIV;
    return true;
}

bool rules_are_of_6_1() { return in_force; }

void linux_6_1_init() {
    in_force = true;
    redirect_function(reinterpret_cast<const void*>(&do_fork), reinterpret_cast<const void*>(&do_fork_6_1));
    redirect_function(reinterpret_cast<const void*>(&capable), reinterpret_cast<const void*>(&capable_6_1));
}

} // namespace forkproof
