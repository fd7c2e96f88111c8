#include "kernel/fork/verdict_6_1.hpp"
#include "invariants/later_rules.hpp"

namespace forkproof {

// In linux-6.1's order, one `if` a rule. That it and the rows agree is tested
// (tests/unit/verdict_6_1_test.cpp).
Verdict verdict_6_1(std::uint32_t flags, const VerdictContext& context, RuleSet in_force) {
    bool used_privilege = false;
    auto capable = [&](bool capability) {
        used_privilege |= capability;
        return capability;
    };
    auto refuse = [&](RuleId rule, Errno error) { return Verdict{rule, error, used_privilege}; };

    const bool thread = flags & CLONE_THREAD;
    const bool pidfd = flags & CLONE_PIDFD;
    const bool newuser = flags & CLONE_NEWUSER;

    // clone() itself
    if (pidfd && (flags & CLONE_PARENT_SETTID) && in_force.has(RuleId::pidfd_settid))
        return refuse(RuleId::pidfd_settid, Errno::EINVAL);

    // copy_process, before its first allocation
    if ((flags & CLONE_NEWNS) && (flags & CLONE_FS) && in_force.has(RuleId::newns_fs))
        return refuse(RuleId::newns_fs, Errno::EINVAL);
    if (newuser && (flags & CLONE_FS) && in_force.has(RuleId::newuser_fs))
        return refuse(RuleId::newuser_fs, Errno::EINVAL);
    if (thread && !(flags & CLONE_SIGHAND) && in_force.has(RuleId::thread_sighand))
        return refuse(RuleId::thread_sighand, Errno::EINVAL);
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM) && in_force.has(RuleId::sighand_vm))
        return refuse(RuleId::sighand_vm, Errno::EINVAL);
    if ((flags & CLONE_PARENT) && context.unkillable && in_force.has(RuleId::parent_init))
        return refuse(RuleId::parent_init, Errno::EINVAL);
    if (thread && (newuser || (flags & CLONE_NEWPID)) && in_force.has(RuleId::ns_thread))
        return refuse(RuleId::ns_thread, Errno::EINVAL);
    if (pidfd && (flags & CLONE_DETACHED) && in_force.has(RuleId::pidfd_detached))
        return refuse(RuleId::pidfd_detached, Errno::EINVAL);
    if (pidfd && thread && in_force.has(RuleId::pidfd_thread))
        return refuse(RuleId::pidfd_thread, Errno::EINVAL);
    if (context.security_errno != 0 && in_force.has(RuleId::security))
        return refuse(RuleId::security, static_cast<Errno>(context.security_errno));

    // what 6.1 decides between its steps
    if (context.nproc_reached && in_force.has(RuleId::nproc) && !capable(context.cap_sys_admin) &&
        !capable(context.cap_sys_resource) && !context.first_user)
        return refuse(RuleId::nproc, Errno::EAGAIN);
    if (context.threads_reached && in_force.has(RuleId::max_threads))
        return refuse(RuleId::max_threads, Errno::EAGAIN);
    if ((flags & CLONE_FS) && context.in_exec && in_force.has(RuleId::fs_in_exec))
        return refuse(RuleId::fs_in_exec, Errno::EAGAIN);
    if ((flags & (NSPROXY_FLAGS | CLONE_NEWCGROUP)) && !newuser && in_force.has(RuleId::new_caps_cgroup) &&
        !capable(context.cap_sys_admin))
        return refuse(RuleId::new_caps_cgroup, Errno::EPERM);
    if ((flags & CLONE_NEWIPC) && (flags & CLONE_SYSVSEM) && in_force.has(RuleId::newipc_sysvsem))
        return refuse(RuleId::newipc_sysvsem, Errno::EINVAL);

    return refuse(RuleId::none, Errno::OK);
}

} // namespace forkproof
