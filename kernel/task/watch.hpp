// What the floors below tell the checker (kernel/check), which implements these.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Whether anybody looks on: check=, fail= or provoke= is on the command line. If not, a call does its own
/// work and no more.
extern bool calls_are_watched;
void watch_process_call(const char* call, Task& by);
/// To be called when a process call is over (fork, exec, exit, wait, ...): checks the invariants if asked to.
inline void process_call_done(const char* call, Task& by) {
    if (calls_are_watched) watch_process_call(call, by);
}
/// To be called when a task has set a signal handler: an address in its memory, for all who share the table.
void watch_handlers(const Task& by);
inline void handlers_set(const Task& by) {
    if (calls_are_watched) watch_handlers(by);
}
/// Around a call other than clone() that fail=nth lets run out of memory.
enum class AllocatingCall : u8 { execve, pipe };
void allocating_call_begins(AllocatingCall call);
void allocating_call_ends(Errno result);
/// A group has stopped: if an injected failure of signal-check began the stop, continues it at once.
void fail_injection_stopped(Task& task);

} // namespace forkproof
