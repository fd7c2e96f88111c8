// Calls about input and output: priorities (linux-2.6.33 fs/ioprio.c), ports (arch/x86/kernel/ioport.c).
#include "kernel/io/io_bitmap.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

// Whom the number names (linux-2.6.33 linux/ioprio.h).
constexpr u32 IOPRIO_WHO_PROCESS = 1, IOPRIO_WHO_PGRP = 2, IOPRIO_WHO_USER = 3;

constexpr u32 class_of(u32 ioprio) { return ioprio >> IOPRIO_CLASS_SHIFT; }
constexpr u32 data_of(u32 ioprio) { return ioprio & ((1U << IOPRIO_CLASS_SHIFT) - 1); }

/// EINVAL: no such priority; EPERM: real-time is for who has CAP_SYS_ADMIN.
Errno may_set(u32 ioprio) {
    switch (class_of(ioprio)) {
    case IOPRIO_CLASS_RT:
        if (!capable(CAP_SYS_ADMIN)) return Errno::EPERM;
        [[fallthrough]];
    case IOPRIO_CLASS_BE: return data_of(ioprio) < IOPRIO_BE_NR ? Errno::OK : Errno::EINVAL;
    case IOPRIO_CLASS_IDLE: return Errno::OK;
    case IOPRIO_CLASS_NONE: return data_of(ioprio) == 0 ? Errno::OK : Errno::EINVAL;
    default: return Errno::EINVAL;
    }
}

/// A task has no context before it sets a priority. EPERM for another user's task, ENOMEM.
Errno set_task_ioprio(Task& t, u32 ioprio) {
    const Cred& me = *current()->cred;
    const u32 uid = t.cred->uid;
    if (uid != me.euid && uid != me.uid && !capable(CAP_SYS_NICE)) return Errno::EPERM;
    if (t.io_context)
        t.io_context->ioprio = ioprio;
    else
        t.io_context = create_io_context(ioprio);
    return t.io_context ? Errno::OK : Errno::ENOMEM;
}

u32 task_ioprio(const Task& t) {
    return t.io_context ? t.io_context->ioprio : IOPRIO_CLASS_NONE << IOPRIO_CLASS_SHIFT | IOPRIO_NORM;
}

/// The one that is served first; no class counts as best effort.
u32 ioprio_best(u32 a, u32 b) {
    const u32 class_a = ioprio_valid(a) ? class_of(a) : IOPRIO_CLASS_BE;
    const u32 class_b = ioprio_valid(b) ? class_of(b) : IOPRIO_CLASS_BE;
    if (class_a == class_b) return a < b ? a : b;
    return class_a < class_b ? a : b;
}

/// Calls f(task) for every living task that `which` and `who` name: a task, a process group or a user by its
/// number, 0 for the caller's own. EINVAL: there is no such `which`.
template <class F>
Errno for_each_named(u32 which, u32 who, F f) {
    Task& me = *current();
    const PidNs* ns = task_active_pid_ns(me);
    const i32 number = static_cast<i32>(who);
    const Task* wanted = who == 0 ? &me : find_task(number, ns);
    const Pid* group = who == 0 ? me.group_leader->pids[PIDTYPE_PGID].pid : find_pid(number, ns);
    const u32 uid = who == 0 ? me.cred->user->uid : who;
    if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER) return Errno::EINVAL;
    for_each_task([&](Task& t) {
        const User& user = *t.cred->user;
        const bool named = which == IOPRIO_WHO_PROCESS ? &t == wanted
                           : which == IOPRIO_WHO_PGRP
                               ? t.group_leader->pids[PIDTYPE_PGID].pid == group
                               : user.uid == uid && user.user_ns == me.cred->user->user_ns;
        if (named && !(t.flags & PF_EXITING)) f(t);
    });
    return Errno::OK;
}

// Where the kernel talks to whoever judges the run (kernel/arch/console.cpp, shutdown.cpp): no program's
// business.
constexpr u32 HOST_PORTS[] = {0xe9, 0x8900};

} // namespace

i32 sys_ioprio_set(PtRegs& r) {
    const u32 ioprio = r.dx;
    if (const Errno e = may_set(ioprio); e != Errno::OK) return negative(e);
    Errno answer = Errno::ESRCH;
    bool refused = false;
    const Errno e = for_each_named(r.bx, r.cx, [&](Task& t) {
        if (refused) return;
        answer = set_task_ioprio(t, ioprio);
        refused = answer != Errno::OK;
    });
    return negative(e != Errno::OK ? e : answer);
}

i32 sys_ioprio_get(PtRegs& r) {
    bool found = false;
    u32 best = 0;
    const Errno e = for_each_named(r.bx, r.cx, [&](const Task& t) {
        best = found ? ioprio_best(best, task_ioprio(t)) : task_ioprio(t);
        found = true;
    });
    if (e != Errno::OK) return negative(e);
    return found ? static_cast<i32>(best) : negative(Errno::ESRCH);
}

/// ioperm(from, count, allow). EINVAL for ports that are not there, EPERM for who may not, ENOMEM. Linux
/// would allow the host's ports, too.
i32 sys_ioperm(PtRegs& r) {
    const u32 from = r.bx, count = r.cx;
    const bool allow = r.dx != 0;
    if (from + count <= from || from + count > IO_BITMAP_BITS) return negative(Errno::EINVAL);
    if (allow && !capable(CAP_SYS_RAWIO)) return negative(Errno::EPERM);
    for (const u32 port : HOST_PORTS)
        if (allow && port - from < count) return negative(Errno::EPERM);
    Thread& thread = current()->thread;
    if (!has_io_bitmap(thread) && !create_io_bitmap(thread)) return negative(Errno::ENOMEM);
    set_io_permission(thread, from, count, allow);
    load_io_bitmap(thread);
    return 0;
}

} // namespace forkproof
