#include "kernel/futex/futex.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/syscalls/time.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

/// A process by the number that the caller knows it by; 0 means the caller's own.
Task* process_of(i32 nr) {
    return nr == 0 ? current()->group_leader : find_task(nr, task_active_pid_ns(*current()));
}

} // namespace

i32 sys_exit(PtRegs& r) { do_exit(static_cast<int>((r.bx & 0xff) << 8)); }
i32 sys_exit_group(PtRegs& r) { do_group_exit(static_cast<int>((r.bx & 0xff) << 8)); }

i32 sys_getpid(PtRegs&) { return pid_vnr(*current()->group_leader); }
i32 sys_gettid(PtRegs&) { return pid_vnr(*current()); }
i32 sys_getppid(PtRegs&) {
    const Task& parent = *current()->real_parent->group_leader;
    return pid_nr_ns(parent.pids[PIDTYPE_PID].pid,
                     task_active_pid_ns(*current())); // 0 if it stands outside the namespace
}

i32 sys_getpgid(PtRegs& r) {
    const Task* t = process_of(static_cast<i32>(r.bx));
    return t ? pid_nr_ns(t->group_leader->pids[PIDTYPE_PGID].pid, task_active_pid_ns(*current()))
             : negative(Errno::ESRCH);
}
i32 sys_getpgrp(PtRegs&) {
    return pid_nr_ns(current()->group_leader->pids[PIDTYPE_PGID].pid, task_active_pid_ns(*current()));
}
i32 sys_getsid(PtRegs& r) {
    const Task* t = process_of(static_cast<i32>(r.bx));
    return t ? pid_nr_ns(t->group_leader->pids[PIDTYPE_SID].pid, task_active_pid_ns(*current()))
             : negative(Errno::ESRCH);
}

i32 sys_setpgid(PtRegs& r) {
    Task& me = *current()->group_leader;
    const i32 group = static_cast<i32>(r.cx);
    if (group < 0) return negative(Errno::EINVAL);
    Task* t = process_of(static_cast<i32>(r.bx));
    if (!t) return negative(Errno::ESRCH);
    if (!thread_group_leader(*t)) return negative(Errno::EINVAL);
    Pid* session = me.pids[PIDTYPE_SID].pid;
    if (t->real_parent->signal == me.signal) { // a child of ours
        if (t->pids[PIDTYPE_SID].pid != session) return negative(Errno::EPERM);
        if (t->did_exec) return negative(Errno::EACCES);
    } else if (t != &me) {
        return negative(Errno::ESRCH);
    }
    if (t->signal->leader) return negative(Errno::EPERM);
    Pid* pgrp = t->pids[PIDTYPE_PID].pid;
    if (group != 0 && group != pid_nr_ns(pgrp, task_active_pid_ns(*current()))) {
        pgrp = find_pid(group, task_active_pid_ns(*current()));
        if (!pgrp || !pgrp->tasks[PIDTYPE_PGID].linked()) return negative(Errno::EPERM);
        if (task_of_link(pgrp->tasks[PIDTYPE_PGID].next, PIDTYPE_PGID)->pids[PIDTYPE_SID].pid != session)
            return negative(Errno::EPERM);
    }
    if (t->pids[PIDTYPE_PGID].pid != pgrp) {
        detach_pid(*t, PIDTYPE_PGID);
        attach_pid(*t, PIDTYPE_PGID, pgrp);
    }
    process_call_done("setpgid", *current());
    return 0;
}

i32 sys_setsid(PtRegs&) {
    Task& me = *current()->group_leader;
    Pid* mine = me.pids[PIDTYPE_PID].pid;
    if (me.signal->leader || mine->tasks[PIDTYPE_PGID].linked()) return negative(Errno::EPERM);
    const PidType groups[] = {PIDTYPE_PGID, PIDTYPE_SID};
    for (const PidType type : groups) {
        detach_pid(me, type);
        attach_pid(me, type, mine);
    }
    me.signal->leader = true;
    process_call_done("setsid", *current());
    return pid_nr_ns(mine, task_active_pid_ns(*current()));
}

i32 sys_set_tid_address(PtRegs& r) {
    current()->clear_child_tid = r.bx;
    return sys_gettid(r);
}

i32 sys_set_robust_list(PtRegs& r) {
    constexpr u32 HEAD_SIZE = 12; // struct robust_list_head
    if (r.cx != HEAD_SIZE) return negative(Errno::EINVAL);
    current()->robust_list = r.bx;
    return 0;
}

i32 sys_set_thread_area(PtRegs& r) {
    UserDesc d;
    if (get_user(d, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    Thread& thread = current()->thread;
    u32 slot = d.entry_number - GDT_ENTRY_TLS_MIN;
    if (d.entry_number == ~0U) { // choose a free one and say which
        for (slot = 0; slot < GDT_ENTRY_TLS_ENTRIES && thread.tls[slot] != 0;) slot++;
        if (slot == GDT_ENTRY_TLS_ENTRIES) return negative(Errno::ESRCH);
        d.entry_number = GDT_ENTRY_TLS_MIN + slot;
        if (put_user(d.entry_number, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    }
    if (slot >= GDT_ENTRY_TLS_ENTRIES) return negative(Errno::EINVAL);
    thread.tls[slot] = tls_empty(d) ? 0 : tls_descriptor(d);
    load_tls(thread);
    return 0;
}

i32 sys_get_thread_area(PtRegs& r) {
    UserDesc d;
    if (get_user(d, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    const u32 slot = d.entry_number - GDT_ENTRY_TLS_MIN;
    if (slot >= GDT_ENTRY_TLS_ENTRIES) return negative(Errno::EINVAL);
    d = tls_description(current()->thread.tls[slot], d.entry_number);
    return put_user(d, r.bx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

i32 sys_futex(PtRegs& r) {
    enum { WAIT = 0, WAKE = 1, WAIT_BITSET = 9, WAKE_BITSET = 10, PRIVATE = 128, CLOCK_REALTIME = 256 };
    const u32 operation = r.cx & ~static_cast<u32>(PRIVATE | CLOCK_REALTIME);
    const UserAddr word = r.bx;
    if (word % sizeof(u32) != 0) return negative(Errno::EINVAL);
    const u32 bitset = operation == WAIT_BITSET || operation == WAKE_BITSET ? r.bp : ~0U;
    if (bitset == 0) return negative(Errno::EINVAL);
    if (operation == WAKE || operation == WAKE_BITSET)
        return static_cast<i32>(futex_wake(*current()->mm, word, r.dx, bitset));
    if (operation != WAIT && operation != WAIT_BITSET) return negative(Errno::ENOSYS);
    u64 deadline = 0;
    if (r.si) {
        const Errno e = read_timespec(r.si, deadline);
        if (e != Errno::OK) return negative(e);
        if (operation == WAIT) deadline += rdtsc(); // relative; WAIT_BITSET's is absolute
        if (deadline == 0) deadline = 1;
    }
    return futex_wait(word, r.dx, bitset, deadline);
}

} // namespace forkproof
