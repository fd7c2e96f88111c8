// Signals: handler tables (sighand), what a thread group shares (signal), sending, and the default actions.
#pragma once
#include "kernel/arch/pt_regs.hpp"
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/task/wait_queue.hpp"

namespace forkproof {

// linux-2.6.33 asm/signal.h
enum SignalNumber : int {
    SIGHUP = 1,
    SIGINT,
    SIGQUIT,
    SIGILL,
    SIGTRAP,
    SIGABRT,
    SIGBUS,
    SIGFPE,
    SIGKILL,
    SIGUSR1,
    SIGSEGV,
    SIGUSR2,
    SIGPIPE,
    SIGALRM,
    SIGTERM,
    SIGSTKFLT,
    SIGCHLD,
    SIGCONT,
    SIGSTOP,
    SIGTSTP,
    SIGTTIN,
    SIGTTOU,
    SIGURG,
    SIGXCPU,
    SIGXFSZ,
    SIGVTALRM,
    SIGPROF,
    SIGWINCH,
    SIGIO,
    SIGPWR,
    SIGSYS
};
inline constexpr int NSIG = 64;

/// A set of signals 1..64, signal n at bit n-1.
using SigSet = u64;
constexpr SigSet sigmask(int signal) { return SigSet{1} << (signal - 1); }

inline constexpr u32 SIG_DFL = 0, SIG_IGN = 1;

struct SigAction {
    u32 handler = SIG_DFL;
    u32 flags = 0;
    u32 restorer = 0;
    SigSet mask = 0;
};
inline constexpr u32 SA_NOCLDSTOP = 1, SA_NOCLDWAIT = 2;

/// A handler table (sighand_struct). Tasks made with CLONE_SIGHAND share one.
struct Sighand {
    u32 count = 1;
    SigAction action[NSIG];
};

inline constexpr u32 RLIM_NLIMITS = 16;
inline constexpr u32 RLIM_INFINITY = ~0U;
enum RlimitResource : u32 {
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_DATA,
    RLIMIT_STACK,
    RLIMIT_CORE,
    RLIMIT_RSS,
    RLIMIT_NPROC,
    RLIMIT_NOFILE,
    RLIMIT_MEMLOCK,
    RLIMIT_AS
};
struct Rlimit {
    u32 cur, max;
};

/// linux-2.6.33 signal_struct::flags
enum SignalFlags : u32 {
    SIGNAL_STOP_STOPPED = 1,
    SIGNAL_STOP_DEQUEUED = 2,
    SIGNAL_STOP_CONTINUED = 4,
    SIGNAL_GROUP_EXIT = 8,
    SIGNAL_CLD_STOPPED = 0x10,
    SIGNAL_CLD_CONTINUED = 0x20,
    SIGNAL_UNKILLABLE = 0x40
};

/// Processor time in ticks, and page faults: what wait4 adds up.
struct Usage {
    u64 utime = 0, stime = 0;
    u32 min_flt = 0;
    void add(const Usage& u) {
        utime += u.utime;
        stime += u.stime;
        min_flt += u.min_flt;
    }
};

/// What the threads of one process share (signal_struct).
struct Signal {
    u32 count = 1; ///< tasks of the group, zombies included
    u32 live = 1;  ///< tasks of the group that have not begun to exit
    u32 flags = 0;
    int group_exit_code = 0;
    Task* group_exit_task = nullptr; ///< in exec: who waits for the other threads to be gone
    u32 notify_count = 0;            ///< ... and at which count it wakes,
    bool waits_for_leader = false;   ///< or when the leader is a zombie
    u32 group_stop_count = 0;        ///< threads that have still to stop
    SigSet shared_pending = 0;
    WaitQueue wait_chldexit; ///< wait4 sleeps here
    Pid* leader_pid = nullptr;
    bool leader = false; ///< of a session
    Rlimit rlim[RLIM_NLIMITS];
    Usage dead_threads; ///< of threads that are gone
    Usage children;     ///< of children waited for
};

void get_sighand(Sighand* s);
void put_sighand(Sighand* s);

/// Recomputes TIF_SIGPENDING (linux-2.6.33 recalc_sigpending).
void recalc_sigpending();
/// Queues a signal for one task or its whole group; SIGSTOP and SIGCONT take each other out, SIGKILL wakes.
void send_signal(Task& task, int signal, bool group);
/// As send_signal, but cannot be blocked or ignored: for faults (linux-2.6.33 force_sig).
void force_signal(Task& task, int signal);
/// Whether a task may signal another: same user, or CAP_KILL, or SIGCONT within the session.
[[nodiscard]] bool may_signal(const Task& target, int signal);
/// Delivers what is pending, before a return to ring 3: handlers, default actions, stops, death; restarts
/// system calls.
void do_signal(PtRegs& regs);
/// Whether the group is on its way out.
[[nodiscard]] bool signal_group_exit(const Signal& s);
/// Kills the other threads of the current task's group; returns how many there were.
u32 zap_other_threads();
[[nodiscard]] const char* signal_name(int signal);

} // namespace forkproof
