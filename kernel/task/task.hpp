// kernel/task/ holds the task and what makes it live: credentials, numbers, the scheduler, signals, exit and
// wait. Fields have the names that linux-2.6.33 task_struct gives them.
#pragma once
#include "kernel/arch/thread.hpp"
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/task/cred.hpp"
#include "kernel/task/pid.hpp"
#include "kernel/task/signal.hpp"

namespace forkproof {

inline constexpr u32 TASK_COMM_LEN = 16;

/// linux-2.6.33 task_struct::state
enum TaskState : u32 {
    TASK_RUNNING = 0,
    TASK_INTERRUPTIBLE = 1,
    TASK_UNINTERRUPTIBLE = 2,
    TASK_STOPPED = 4,
    TASK_DEAD = 64,
    TASK_WAKEKILL = 128,
    TASK_WAKING = 256,
    TASK_KILLABLE = TASK_WAKEKILL | TASK_UNINTERRUPTIBLE
};
/// linux-2.6.33 task_struct::exit_state
enum ExitState : u32 { EXIT_NONE = 0, EXIT_ZOMBIE = 16, EXIT_DEAD = 32 };

/// linux-2.6.33 task_struct::flags
enum TaskFlags : u32 {
    PF_STARTING = 0x2,
    PF_EXITING = 0x4,
    PF_FORKNOEXEC = 0x40,
    PF_SUPERPRIV = 0x100,
    PF_SIGNALED = 0x400,
    PF_KTHREAD = 0x00200000
};
/// thread_info::flags (linux-2.6.33 asm/thread_info.h)
enum ThreadFlags : u32 { TIF_SIGPENDING = 1U << 2, TIF_NEED_RESCHED = 1U << 3 };

// Priorities (linux-2.6.33 linux/sched.h): 0..99 real-time, 100..139 from nice -20..19.
inline constexpr int MAX_RT_PRIO = 100, MAX_PRIO = 140, DEFAULT_PRIO = 120;
constexpr int NICE_TO_PRIO(int nice) { return DEFAULT_PRIO + nice; }
constexpr int PRIO_TO_NICE(int prio) { return prio - DEFAULT_PRIO; }
constexpr bool rt_prio(int prio) { return prio < MAX_RT_PRIO; }
enum Policy : u32 { SCHED_NORMAL = 0, SCHED_FIFO = 1, SCHED_RR = 2, SCHED_BATCH = 3, SCHED_IDLE = 5 };
inline constexpr u32 SCHED_RESET_ON_FORK = 0x40000000;

enum class SchedClass : u8 { rt, fair };

/// One waits, another says it is done, once (linux-2.6.33 struct completion). Lives on the waiter's stack.
struct Completion {
    bool done = false;
    Task* waiter = nullptr;
    const Mm* mm = nullptr; ///< the address space that the child was born with
};

struct UndoList;
struct Bprm;

/// How a task came to what it has. Written and read by the checker alone (kernel/check/ghosts.hpp). What is
/// false or null is so of the idle task, from which all others come.
struct Ghosts {
    bool unentitled = false;           ///< nobody privileged has given it the capabilities
    bool user_ns_untrusted = false;    ///< its user namespace was made without privilege
    bool namespaces_untrusted = false; ///< one of the others was
    const Mm* handler_mm = nullptr;    ///< whose addresses its signal handlers are; null: it has none
};

struct Task {
    // processor
    Thread thread;
    u32 stack = 0; ///< top of the kernel stack
    u32 ti_flags = 0;
    u32 flags = 0;
    u32 state = TASK_RUNNING;

    // identity and family
    char comm[TASK_COMM_LEN] = {};
    i32 pid = 0, tgid = 0; ///< as the first pid namespace numbers them
    PidLink pids[PIDTYPE_MAX];
    Task* real_parent = nullptr;
    Task* group_leader = nullptr;
    ListNode children; ///< of sibling
    ListNode sibling;
    ListNode thread_group; ///< a ring of all threads of the group
    ListNode tasks;        ///< all thread group leaders, from init_task
    u32 parent_exec_id = 0, self_exec_id = 0;
    u32 personality = 0; ///< which exec domain is meant, and flags (kernel/task/exec_domain.hpp)
    bool did_exec = false;
    u64 serial = 0; ///< order of making: a parent's process is older than its child

    // death
    u32 exit_state = EXIT_NONE;
    int exit_code = 0;
    int exit_signal = 0; ///< -1 for a thread: it is not waited for
    int pdeath_signal = 0;
    u64 exit_signal_chooser = 0; ///< serial of the process that chose exit_signal: what the checker asks of

    // what it holds, each counted
    Cred* real_cred = nullptr;
    Cred* cred = nullptr;
    Files* files = nullptr;
    Fs* fs = nullptr;
    Sighand* sighand = nullptr;
    Signal* signal = nullptr;
    Mm* mm = nullptr;
    Nsproxy* nsproxy = nullptr;
    UndoList* sysvsem = nullptr;
    IoContext* io_context = nullptr; ///< null before a priority is set
    ExecDomain* exec_domain = nullptr;
    CssSet* cgroups = nullptr; ///< which group it is in; null once it is dead

    // signals
    SigSet blocked = 0;
    SigSet pending = 0;
    u32 sas_ss_sp = 0, sas_ss_size = 0;
    u64 restart_deadline = 0; ///< for a restarted nanosleep

    // words in ring 3
    UserAddr set_child_tid = 0, clear_child_tid = 0, robust_list = 0;
    Completion* vfork_done = nullptr; ///< whom to tell when the mm is given up

    // scheduling
    int prio = DEFAULT_PRIO, static_prio = DEFAULT_PRIO, normal_prio = DEFAULT_PRIO;
    u32 rt_priority = 0;
    u32 policy = SCHED_NORMAL;
    bool sched_reset_on_fork = false;
    SchedClass sched_class = SchedClass::fair;
    u32 load_weight = 1024;
    bool on_rq = false;
    u32 time_slice = 0; ///< SCHED_RR: ticks of the timer left
    u64 vruntime = 0;   ///< weighted run time, in ticks of the time stamp counter
    u64 exec_start = 0; ///< when it was last charged
    u64 sum_exec_runtime = 0;
    ListNode run_list;

    // accounting
    Usage usage;
    u64 start_time = 0;
    u32 timer_slack_ns = 50000, default_timer_slack_ns = 50000;

    // sleeping
    WaitQueue* waiting_on = nullptr;
    ListNode wait_node;
    ListNode timer_node; ///< in the list of timed sleepers
    u64 wake_time = 0;
    bool timed_out = false;
    UserAddr futex_address = 0; ///< what it waits for in futex, in its mm
    u32 futex_bitset = 0;

    // what a sleeping call holds besides the above: a holder in the eyes of the checker
    const Bprm* bprm = nullptr;
    File* file_in_use = nullptr;

    // the checker's own marks: the number of the check that last saw the task there
    u32 seen_listed = 0, seen_as_child = 0, seen_on_runqueue = 0;
    Ghosts ghosts; ///< and what it remembers of how things came about
};

extern Task init_task;     ///< pid 0: the idle task, the root of all lists
extern Task* current_task; ///< written by set_current only
[[nodiscard]] inline Task* current() { return current_task; }
inline void set_current(Task* task) { current_task = task; }

using TaskList = List<Task, &Task::tasks>;
using ChildList = List<Task, &Task::sibling>;
/// The tasks that sleep in a queue, in the order of their arrival.
using SleeperList = List<Task, &Task::wait_node>;
[[nodiscard]] inline SleeperList& sleepers(WaitQueue& q) {
    static_assert(sizeof(WaitQueue) == sizeof(SleeperList));
    return reinterpret_cast<SleeperList&>(q);
}
/// The leaders whose real_parent this task is.
[[nodiscard]] inline ChildList& children_of(const Task& t) {
    static_assert(sizeof(ChildList) == sizeof(ListNode));
    return reinterpret_cast<ChildList&>(const_cast<Task&>(t).children);
}

[[nodiscard]] inline bool thread_group_leader(const Task& t) { return t.group_leader == &t; }
[[nodiscard]] inline bool signal_pending(const Task& t) { return t.ti_flags & TIF_SIGPENDING; }
/// A SIGKILL is on its way, to the task or to its group. (The init of a pid namespace gets it as the group's
/// only; linux-2.6.33 looks at the task's alone, and lets such an init be stopped for ever.)
[[nodiscard]] inline bool fatal_signal_pending(const Task& t) {
    return signal_pending(t) && ((t.pending | t.signal->shared_pending) & sigmask(SIGKILL));
}
/// The pid namespace that the task lives in: where its number was allocated (linux-2.6.33
/// task_active_pid_ns).
[[nodiscard]] inline PidNs* task_active_pid_ns(const Task& t) { return ns_of_pid(t.pids[PIDTYPE_PID].pid); }
/// The task's number in the namespace that it lives in.
[[nodiscard]] inline i32 pid_vnr(const Task& t) {
    const Pid* pid = t.pids[PIDTYPE_PID].pid;
    return pid->numbers[pid->level].nr;
}
/// Whether the current task has the capability; if so it is marked as having used it (PF_SUPERPRIV).
[[nodiscard]] bool capable(Capability cap);

/// Calls f(task) for every task on the list, threads too, idle not.
template <class F>
void for_each_task(F f) {
    for (ListNode* n = init_task.tasks.next; n != &init_task.tasks;) {
        Task& leader = *TaskList::owner(n);
        n = n->next;
        ListNode* t = &leader.thread_group;
        do {
            Task& thread = *List<Task, &Task::thread_group>::owner(t);
            t = t->next;
            f(thread);
        } while (t != &leader.thread_group);
    }
}

/// The system's own counts of tasks.
struct TaskCounts {
    u32 nr_threads = 0;     ///< tasks alive or zombie, but idle
    u32 max_threads = 0;    ///< most that clone makes; from the memory size, or max_threads=
    u32 process_counts = 0; ///< thread groups
    u64 total_forks = 0;    ///< tasks ever made
};
extern TaskCounts task_counts;

} // namespace forkproof
