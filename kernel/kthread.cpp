#include "kernel/kthread.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {
WaitQueue requests; ///< nobody wakes it
} // namespace

int kthreadd(void*) {
    Task& me = *current();
    copy_string(me.comm, "kthreadd", TASK_COMM_LEN);
    for (SigAction& a : me.sighand->action) a.handler = SIG_IGN; // linux-2.6.33 ignore_signals
    for (;;) sleep_on(requests, SleepState::interruptible);
}

} // namespace forkproof
