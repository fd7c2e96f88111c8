// /proc/PID/status (linux-2.6.33 proc_pid_status): the lines about what there is here.
#include "kernel/files/file.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/proc/tgid.hpp"

namespace forkproof {

const char* proc_task_state(const Task& t) {
    if (t.exit_state & EXIT_DEAD) return "X (dead)";
    if (t.exit_state & EXIT_ZOMBIE) return "Z (zombie)";
    if (t.state & TASK_STOPPED) return "T (stopped)";
    if (t.state & TASK_UNINTERRUPTIBLE) return "D (disk sleep)";
    if (t.state & TASK_INTERRUPTIBLE) return "S (sleeping)";
    return "R (running)";
}

namespace {

/// Sixteen hexadecimal digits.
void show_set(ProcText& to, const char* name, u64 set) {
    to.print("{}:\t{08x}{08x}\n", name, static_cast<u32>(set >> 32), static_cast<u32>(set));
}

void show_ids(ProcText& to, const Task& t, const Inode& file) {
    const auto number = [&](const Pid* pid) { return pid_nr_ns(pid, file.sb->pid_ns); };
    const Cred& c = *t.cred;
    to.print("Name:\t{}\nState:\t{}\nTgid:\t{}\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n", t.comm,
             proc_task_state(t), number(t.group_leader->pids[PIDTYPE_PID].pid),
             number(t.pids[PIDTYPE_PID].pid), number(t.real_parent->group_leader->pids[PIDTYPE_PID].pid));
    to.print("Uid:\t{}\t{}\t{}\t{}\nGid:\t{}\t{}\t{}\t{}\nFDSize:\t{}\n", c.uid, c.euid, c.suid, c.fsuid,
             c.gid, c.egid, c.sgid, c.fsgid, t.files ? t.files->max_fds : 0);
}

void show_memory(ProcText& to, Mm& mm) {
    u32 resident = 0;
    for_each_page(
        mm, [](void* n, u32, Pfn, u32) { ++*static_cast<u32*>(n); }, &resident);
    constexpr u32 KB = PAGE_SIZE / 1024;
    to.print("VmSize:\t{8} kB\nVmRSS:\t{8} kB\n", mm.total_vm * KB, resident * KB);
}

void show_signals(ProcText& to, const Task& t) {
    SigSet ignored = 0, caught = 0;
    for (int n = 1; n <= NSIG; n++) {
        const u32 handler = t.sighand->action[n - 1].handler;
        if (handler == SIG_IGN) ignored |= sigmask(n);
        if (handler != SIG_IGN && handler != SIG_DFL) caught |= sigmask(n);
    }
    to.print("Threads:\t{}\n", t.signal->count);
    show_set(to, "SigPnd", t.pending);
    show_set(to, "ShdPnd", t.signal->shared_pending);
    show_set(to, "SigBlk", t.blocked);
    show_set(to, "SigIgn", ignored);
    show_set(to, "SigCgt", caught);
}

} // namespace

Errno proc_status(ProcText& to, const Task& t, const Inode& file) {
    show_ids(to, t, file);
    if (t.mm) show_memory(to, *t.mm);
    show_signals(to, t);
    show_set(to, "CapInh", t.cred->cap_inheritable);
    show_set(to, "CapPrm", t.cred->cap_permitted);
    show_set(to, "CapEff", t.cred->cap_effective);
    show_set(to, "CapBnd", t.cred->cap_bset);
    to.print("Cpus_allowed:\t1\n");
    return Errno::OK;
}

} // namespace forkproof
