#include "kernel/fork/verdict.hpp"
#include "kernel/lib/boundary.hpp"

namespace forkproof {

// Written for people, in the listing's order, one `if` a rule. It does not look at the rule table: the table
// is the specification, and that both agree on every flag word, context and rule set is tested and proved.
FORKPROOF_BOUNDARY Verdict verdict(std::uint32_t flags, const VerdictContext& context, RuleSet in_force) {
    bool used_privilege = false;
    auto capable = [&](bool capability) {
        used_privilege |= capability;
        return capability;
    };
    auto refuse = [&](RuleId rule, Errno error) { return Verdict{rule, error, used_privilege}; };

    const bool newuser = flags & CLONE_NEWUSER;
    const bool thread = flags & CLONE_THREAD;
    const bool parent = flags & CLONE_PARENT;
    const bool newpid = flags & CLONE_NEWPID;

    // do_fork's own preliminary checks
    if (newuser && thread && in_force.has(RuleId::newuser_thread))
        return refuse(RuleId::newuser_thread, Errno::EINVAL);
    if (newuser && in_force.has(RuleId::newuser_caps) &&
        (!capable(context.cap_sys_admin) || !capable(context.cap_setuid) || !capable(context.cap_setgid)))
        return refuse(RuleId::newuser_caps, Errno::EPERM);

    // copy_process, before its first allocation
    if ((flags & CLONE_NEWNS) && (flags & CLONE_FS) && in_force.has(RuleId::newns_fs))
        return refuse(RuleId::newns_fs, Errno::EINVAL);
    if (newuser && (flags & CLONE_FS) && in_force.has(RuleId::newuser_fs))
        return refuse(RuleId::newuser_fs, Errno::EINVAL);
    if (thread && !(flags & CLONE_SIGHAND) && in_force.has(RuleId::thread_sighand))
        return refuse(RuleId::thread_sighand, Errno::EINVAL);
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM) && in_force.has(RuleId::sighand_vm))
        return refuse(RuleId::sighand_vm, Errno::EINVAL);
    if (parent && context.unkillable && in_force.has(RuleId::parent_init))
        return refuse(RuleId::parent_init, Errno::EINVAL);
    if (context.security_errno != 0 && in_force.has(RuleId::security))
        return refuse(RuleId::security, static_cast<Errno>(context.security_errno));

    // what the listing decides between its steps: limits, then privilege, then structure
    if (context.nproc_reached && in_force.has(RuleId::nproc) && !capable(context.cap_sys_admin) &&
        !capable(context.cap_sys_resource) && !context.first_user)
        return refuse(RuleId::nproc, Errno::EAGAIN);
    if (context.threads_reached && in_force.has(RuleId::max_threads))
        return refuse(RuleId::max_threads, Errno::EAGAIN);
    if (context.exec_domain_going && in_force.has(RuleId::exec_domain))
        return refuse(RuleId::exec_domain, Errno::EAGAIN);
    if ((flags & CLONE_FS) && context.in_exec && in_force.has(RuleId::fs_in_exec))
        return refuse(RuleId::fs_in_exec, Errno::EAGAIN);
    if ((flags & NSPROXY_FLAGS) && in_force.has(RuleId::new_caps) && !capable(context.cap_sys_admin))
        return refuse(RuleId::new_caps, Errno::EPERM);
    if ((flags & CLONE_NEWIPC) && (flags & CLONE_SYSVSEM) && in_force.has(RuleId::newipc_sysvsem))
        return refuse(RuleId::newipc_sysvsem, Errno::EINVAL);
    if (newpid && thread && in_force.has(RuleId::newpid_thread))
        return refuse(RuleId::newpid_thread, Errno::EINVAL);
    if (newpid && parent && in_force.has(RuleId::newpid_parent))
        return refuse(RuleId::newpid_parent, Errno::EINVAL);

    return refuse(RuleId::none, Errno::OK);
}

} // namespace forkproof
