// Telling parents: SIGCHLD or the exit signal, and waking who waits (linux-2.6.33 do_notify_parent).
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"

namespace forkproof {

bool notify_parent_exit(Task& task) {
    Task& parent = *task.real_parent;
    int signal = task.exit_signal;
    bool nobody_waits = false;
    if (signal == SIGCHLD) {
        const SigAction& action = parent.sighand->action[SIGCHLD - 1];
        if (action.handler == SIG_IGN || (action.flags & SA_NOCLDWAIT)) {
            nobody_waits = true; // POSIX 3.3.1.3: such a parent's children leave no zombies
            if (action.handler == SIG_IGN) signal = 0;
        }
    }
    if (signal > 0 && signal <= NSIG)
        send_signal(parent, signal, true); // others are stored, and send nothing
    wake_up(parent.signal->wait_chldexit);
    return nobody_waits;
}

void notify_parent_stopped(Task& task, ChildEvent event) {
    Task& parent = *task.group_leader->real_parent;
    const SigAction& action = parent.sighand->action[SIGCHLD - 1];
    const bool wanted = action.handler != SIG_IGN && !(action.flags & SA_NOCLDSTOP);
    if (wanted || event == ChildEvent::continued) send_signal(parent, SIGCHLD, true);
    wake_up(parent.signal->wait_chldexit);
}

} // namespace forkproof
