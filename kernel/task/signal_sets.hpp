// The default actions as sets (linux-2.6.33 linux/signal.h SIG_KERNEL_*_MASK), and what the signal files
// share.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

inline constexpr SigSet SIGNALS_STOP =
    sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU);
inline constexpr SigSet SIGNALS_IGNORED =
    sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG);
inline constexpr SigSet SIGNALS_ONLY_KERNEL = sigmask(SIGKILL) | sigmask(SIGSTOP);
inline constexpr SigSet SIGNALS_COREDUMP =
    sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGABRT) | sigmask(SIGFPE) |
    sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGSYS) | sigmask(SIGXCPU) | sigmask(SIGXFSZ);

/// Makes a task look at its signals; a fatal one ends even killable sleeps and stops.
void signal_wake_up(Task& task, bool fatal);

[[nodiscard]] inline Task* next_thread(const Task& t) {
    return List<Task, &Task::thread_group>::owner(t.thread_group.next);
}
[[nodiscard]] inline bool thread_group_empty(const Task& t) { return !t.thread_group.linked(); }

} // namespace forkproof
