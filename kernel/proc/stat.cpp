// /proc/PID/stat: the 44 fields of linux-2.6.33 do_task_stat, in their order.
#include "kernel/mm/mm.hpp"
#include "kernel/proc/tgid.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

constexpr u64 TICKS_PER_CLOCK = TICKS_PER_SECOND / 100; ///< USER_HZ
u64 clock_of(u64 ticks) { return ticks / TICKS_PER_CLOCK; }

/// The low 31 signals of a set, as stat has them.
u32 low(SigSet set) { return static_cast<u32>(set) & 0x7fffffff; }

u32 resident_pages(Mm& mm) {
    u32 pages = 0;
    for_each_page(
        mm, [](void* n, u32, Pfn, u32) { ++*static_cast<u32*>(n); }, &pages);
    return pages;
}

i32 number(const Pid* pid, const Inode& file) { return pid_nr_ns(pid, file.sb->pid_ns); }

/// Of a process all that its threads have used, those that are gone too.
Usage usage_of(const Task& t, bool whole) {
    if (!whole) return task_usage(t);
    Usage sum = t.signal->dead_threads;
    const Task* thread = &t;
    do {
        sum.add(task_usage(*thread));
        thread = List<Task, &Task::thread_group>::owner(thread->thread_group.next);
    } while (thread != &t);
    return sum;
}

void show_times(ProcText& to, const Task& t, bool whole) {
    const Usage own = usage_of(t, whole);
    const Usage children = whole ? t.signal->children : Usage{};
    to.print(" {} {} 0 0 {} {} {} {}", own.min_flt, children.min_flt, clock_of(own.utime),
             clock_of(own.stime), clock_of(children.utime), clock_of(children.stime));
}

/// Addresses are told to whom might look at the memory himself.
void show_memory(ProcText& to, const Task& t) {
    const bool permitted = may_look_into(t);
    const u32 limit = t.signal->rlim[RLIMIT_RSS].cur;
    if (!t.mm) return to.print(" 0 0 {} 0 0 0 0 0", limit);
    const auto* regs = reinterpret_cast<const PtRegs*>(t.stack) - 1;
    to.print(" {} {} {} {} {} {} {} {}", t.mm->total_vm * PAGE_SIZE, resident_pages(*t.mm), limit,
             t.mm->start_code, t.mm->end_code, permitted ? t.mm->start_stack : 0, permitted ? regs->sp : 0,
             permitted ? regs->ip : 0);
}

void show_signals(ProcText& to, const Task& t) {
    SigSet ignored = 0, caught = 0;
    for (int n = 1; n <= NSIG; n++) {
        const u32 handler = t.sighand->action[n - 1].handler;
        if (handler == SIG_IGN) ignored |= sigmask(n);
        if (handler != SIG_IGN && handler != SIG_DFL) caught |= sigmask(n);
    }
    to.print(" {} {} {} {}", low(t.pending), low(t.blocked), low(ignored), low(caught));
}

Errno show(ProcText& to, const Task& t, const Inode& file, bool whole) {
    const Task& leader = *t.group_leader;
    to.print("{} ({}) {} {} {} {} 0 -1 {}", number(t.pids[PIDTYPE_PID].pid, file), t.comm,
             proc_task_state(t)[0], number(t.real_parent->group_leader->pids[PIDTYPE_PID].pid, file),
             number(leader.pids[PIDTYPE_PGID].pid, file), number(leader.pids[PIDTYPE_SID].pid, file),
             t.flags);
    show_times(to, t, whole);
    to.print(" {} {} {} 0 {}", t.prio - MAX_RT_PRIO, PRIO_TO_NICE(t.static_prio), t.signal->count,
             clock_of(t.start_time));
    show_memory(to, t);
    show_signals(to, t);
    to.print(" 0 0 0 {} 0 {} {} 0 0 0\n", t.exit_signal, t.rt_priority, t.policy);
    return Errno::OK;
}

} // namespace

Errno proc_tgid_stat(ProcText& to, const Task& t, const Inode& file) { return show(to, t, file, true); }
Errno proc_tid_stat(ProcText& to, const Task& t, const Inode& file) { return show(to, t, file, false); }

} // namespace forkproof
