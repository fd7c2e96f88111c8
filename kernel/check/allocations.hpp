// Memory that is out on purpose. Only with fail= on the command line: breakpoints stand at the two doors that
// all memory comes through, kmem_alloc and alloc_frame, and the trap decides whether the caller goes in or is
// told that there is none. So the code that boots, that the budgets are for and that is proved has no test in
// it for the sake of failures.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Whose allocations are looked at, and which of them find no memory.
struct AllocationWatch {
    const Task* task = nullptr;    ///< null: nobody's
    const Task* newborn = nullptr; ///< its child counts too, until it has been in ring 3
    u32 newborn_call = 0;          ///< the number of the call that makes it
    bool all_fail = false;
    u32 nth = 0;         ///< the one that fails, counted from 1; 0: none
    u32 seen = 0;        ///< so many there were
    bool failed = false; ///< whether one did
};
extern AllocationWatch allocation_watch;

/// Plants the breakpoints.
void allocation_watch_init();

/// In its life the current task gets no memory.
class NoMemory {
  public:
    NoMemory() : before_(allocation_watch) { allocation_watch = {.task = current(), .all_fail = true}; }
    ~NoMemory() { allocation_watch = before_; }
    NoMemory(const NoMemory&) = delete;
    NoMemory& operator=(const NoMemory&) = delete;

  private:
    AllocationWatch before_;
};

} // namespace forkproof
