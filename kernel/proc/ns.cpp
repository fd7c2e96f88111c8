// /proc/PID/ns: which namespaces a task is in. It came with linux-3.0; the links' texts are those of 3.8. A
// number is the namespace's identity in the checker's reports, and is not used again.
#include "kernel/proc/tgid.hpp"

namespace forkproof {

namespace {

/// A task that has exited is in none any more but the namespace of its number and its user's.
template <class Ns>
Errno show(ProcText& to, const char* kind, const Ns* ns) {
    if (!ns) return Errno::ENOENT;
    to.print("{}:[{}]", kind, ns->id);
    return Errno::OK;
}

constexpr Nsproxy none = {};
const Nsproxy& of(const Task& t) { return t.nsproxy ? *t.nsproxy : none; }

} // namespace

Errno proc_ns_ipc(ProcText& to, const Task& t, const Inode&) { return show(to, "ipc", of(t).ipc_ns); }
Errno proc_ns_mnt(ProcText& to, const Task& t, const Inode&) { return show(to, "mnt", of(t).mnt_ns); }
Errno proc_ns_net(ProcText& to, const Task& t, const Inode&) { return show(to, "net", of(t).net_ns); }
Errno proc_ns_uts(ProcText& to, const Task& t, const Inode&) { return show(to, "uts", of(t).uts_ns); }
Errno proc_ns_pid(ProcText& to, const Task& t, const Inode&) {
    return show(to, "pid", task_active_pid_ns(t));
}
Errno proc_ns_user(ProcText& to, const Task& t, const Inode&) {
    return show(to, "user", t.cred->user->user_ns);
}

} // namespace forkproof
