// Scene: a real-time task whose children are not.
#include "scene.hpp"

namespace tour {
namespace {

Stack stack;
volatile int child_ran;
volatile int child_policy;

int note(void*) {
    child_policy = sched_getscheduler(0);
    child_ran = 1;
    return 0;
}

/// In a process of its own, for its policy is not to stay.
void be_real_time() {
    constexpr int PRIORITY = 10, TURNS = 3;
    check(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, PRIORITY) == 0,
          "root may become real-time");
    check((sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO, "its policy is SCHED_FIFO");
    child_ran = 0;
    const int pid = clone_on(CLONE_VM | SIGCHLD, stack, note);
    for (int i = 0; i < TURNS; i++) sched_yield(); // to tasks of its own priority: there must be none
    check(child_ran == 0, "a child of lower priority does not run before its parent sleeps");
    join(pid);
    if (check(child_policy == SCHED_OTHER, "the child's policy is SCHED_OTHER"))
        tell("child", "is SCHED_OTHER, and ran only when its parent slept");
}

} // namespace

void reset_on_fork() {
    scene("RESET_ON_FORK: real-time is not inherited");
    tell("parent", "is SCHED_FIFO with RESET_ON_FORK");
    join(spawn(0, be_real_time));
}

} // namespace tour
