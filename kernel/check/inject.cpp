#include "kernel/check/inject.hpp"
#include "kernel/check/allocations.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

bool continue_when_stopped;

Errno without_memory(const Step& step, ForkRequest& request) {
    const NoMemory none;
    return step.acquire(request);
}

/// All numbers are taken: found at the outermost namespace, where those of the inner ones have been taken.
Errno without_numbers(const Step& step, ForkRequest& request) {
    const u32 free = init_pid_ns->nr_free;
    init_pid_ns->nr_free = 0;
    const Errno error = step.acquire(request);
    init_pid_ns->nr_free = free;
    return error;
}

Errno starved(const Step& step, ForkRequest& request) {
    Errno error = without_memory(step, request);
    if (error != Errno::OK && step.acquire == acquire_pid) error = without_numbers(step, request);
    if (error != Errno::OK) return error;
    step.release(request);
    return step.usual_failure;
}

Errno stopped(const Step& step, ForkRequest& request) {
    continue_when_stopped = true;
    send_signal(*current(), SIGSTOP, true);
    return step.acquire(request);
}

} // namespace

bool fails_by_a_signal(const Step& step) { return step.acquire == acquire_signal_check; }

SigSet signals_of_failure(const Step& step) { return fails_by_a_signal(step) ? sigmask(SIGSTOP) : 0; }

bool can_fail_here(const Step& step) {
    const Task& me = *current();
    return &me != &init_task && !(fails_by_a_signal(step) && (me.signal->flags & SIGNAL_UNKILLABLE));
}

Errno fail_by_itself(const Step& step, ForkRequest& request) {
    return fails_by_a_signal(step) ? stopped(step, request) : starved(step, request);
}

void touch_what_is_read(const ForkRequest& request) {
    UserDesc description;
    if ((request.flags & CLONE_SETTLS) && user_mode(*request.regs))
        (void)copy_from_user(&description, request.regs->si,
                             sizeof description); // the call says if it cannot
}

void fail_injection_stopped(Task& task) {
    if (!continue_when_stopped) return;
    continue_when_stopped = false;
    send_signal(task, SIGCONT, true);
}

} // namespace forkproof
