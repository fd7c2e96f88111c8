// The end of a task, and waiting for it.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Ends the current task with this wait status (linux-2.6.33 do_exit). Never returns.
[[noreturn]] void do_exit(int code);
/// Ends the whole thread group (linux-2.6.33 do_group_exit).
[[noreturn]] void do_group_exit(int code);
/// Takes a dead task off all lists and gives back its number, its signals and, unless it is still running on
/// its stack, the task itself. If a zombie leader was waiting for this thread, it is announced to its parent.
void release_task(Task& task);
/// Frees a task that is on no list: credentials, FPU image, kernel stack, the task.
void free_task(Task* task);
/// Gives the address space up: wakes a vfork parent, clears the tid word and wakes its futex (linux-2.6.33
/// mm_release). The mm is still the task's.
void mm_release(Task& task);

/// How a change of state is told to the parent.
enum class ChildEvent : u8 { stopped, continued };
void notify_parent_stopped(Task& task, ChildEvent event);
/// SIGCHLD (or the exit signal) to the parent of a dead group leader; true if nobody will wait for it.
bool notify_parent_exit(Task& task);

inline constexpr u32 WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x01000000,
                     WNOTHREAD = 0x20000000, WALL = 0x40000000, WCLONE = 0x80000000; // linux/wait.h

struct WaitResult {
    int status = 0; ///< as wait4 gives it
    u32 uid = 0;    ///< of the child
    Usage usage;
};
/// linux-2.6.33 do_wait for wait4 and waitpid: the number of a child that died, stopped or continued, 0 with
/// WNOHANG, or -ECHILD, -ERESTARTSYS. pid as wait4's first argument.
[[nodiscard]] i32 do_wait(i32 pid, u32 options, WaitResult& result);

/// A task's processor time so far, user and system, exact in sum.
[[nodiscard]] Usage task_usage(const Task& task);

} // namespace forkproof
