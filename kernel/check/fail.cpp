// Failures on purpose: fail=STEP[:N[:ERRNO]] makes the Nth execution of a step fail, and compares the digest
// before and after the call. Without ERRNO the step finds no memory, and says so by itself.
#include "kernel/check/fail.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/digest.hpp"
#include "kernel/check/famine.hpp"
#include "kernel/check/provoke.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

struct {
    int step = -1; ///< index into the table; -1: nothing is to fail
    u32 nth = 0;
    Errno error = Errno::OK; ///< OK: what the step says by itself when memory is out
    Errno said = Errno::OK;  ///< by the step
    bool wrong_errno = false;
    u32 executed = 0;
    bool fired = false, in_this_call = false, continue_when_stopped = false;
    Digest before;
} wanted;

bool is_signal_check() { return steps[wanted.step].acquire == acquire_signal_check; }

/// The idle task's fork is the boot's own. An init cannot be stopped, so signal-check cannot be made to fail
/// for it: its executions do not count.
bool is_counted() {
    const Task& me = *current();
    return &me != &init_task && !(is_signal_check() && (me.signal->flags & SIGNAL_UNKILLABLE));
}

/// Whether it is this execution of the step that is to fail.
bool is_to_fail(int step) {
    if (step != wanted.step || wanted.fired || !is_counted() || ++wanted.executed != wanted.nth) return false;
    return wanted.fired = wanted.in_this_call = true;
}

/// The step itself in a famine. One that needs no memory now, because it shares, is taken back instead.
Errno starved(const Step& step, ForkRequest& request) {
    Errno error;
    {
        const Famine famine;
        error = step.acquire(request);
    }
    if (error != Errno::OK) return error;
    step.release(request);
    return step.usual_failure;
}

Errno stopped(const Step& step, ForkRequest& request) {
    wanted.continue_when_stopped = true;
    send_signal(*current(), SIGSTOP, true);
    return step.acquire(request);
}

Errno fail(const Step& step, ForkRequest& request) {
    if (wanted.error != Errno::OK) return wanted.said = wanted.error;
    const Errno error = wanted.said = is_signal_check() ? stopped(step, request) : starved(step, request);
    if (error == step.usual_failure) return error;
    print("fail={}:{}: the step itself says {}, but its row {}\n", step.name, wanted.nth, error,
          step.usual_failure);
    wanted.wrong_errno = true;
    return error;
}

[[noreturn]] void refuse(Text why, Text word) {
    print("fail={}: {}. Steps that can fail:", word, why);
    for (const Step& s : steps)
        if (s.usual_failure != Errno::OK) print(" {}", s.name);
    print("\n");
    panic("the command line asks for a failure that cannot be made");
}

/// The call may read a TLS descriptor whose page nobody has touched yet. That the page comes into being is
/// residue (invariants/residue.hpp), so it does so before the digest.
void touch_what_is_read(const ForkRequest& request) {
    UserDesc description;
    if ((request.flags & CLONE_SETTLS) && user_mode(*request.regs))
        (void)copy_from_user(&description, request.regs->si,
                             sizeof description); // the call says if it cannot
}

} // namespace

void fail_injection_init(const FailRequest& request) {
    if (request.step.size == 0) return;
    for (int i = 0; i < STEP_COUNT; i++) {
        if (!(Text(steps[i].name) == request.step)) continue;
        if (steps[i].usual_failure == Errno::OK) refuse("this step cannot fail", request.step);
        wanted.step = i;
        wanted.nth = request.nth;
        steps_are_watched = true;
        wanted.error = request.error;
        if (is_signal_check() && wanted.error != Errno::OK)
            refuse("this step fails with ERESTARTNOINTR only", request.step);
        return;
    }
    refuse("there is no such step", request.step);
}

bool steps_are_watched;

Errno acquire_watched(int step, ForkRequest& request) {
    const Errno error = is_to_fail(step) ? fail(steps[step], request) : steps[step].acquire(request);
    step_done(steps[step].name, request);
    return error;
}

void fail_injection_call_begins(const ForkRequest& request) {
    if (wanted.step < 0 || wanted.fired || !is_counted() || wanted.executed + 1 != wanted.nth) return;
    touch_what_is_read(request);
    wanted.before = take_digest(0);
}

void fail_injection_call_ends(Errno result, u32 flags) {
    if (!wanted.in_this_call) return;
    wanted.in_this_call = false;
    Task& me = *current();
    provoke_after_failure(me);
    const Digest after = take_digest(is_signal_check() ? sigmask(SIGSTOP) : 0);
    char words[256];
    flags_in_words(flags, words, sizeof words);
    u32 objects = 0;
    for (int k = 0; k < KIND_COUNT; k++) objects += live_objects(static_cast<Kind>(k));
    print("fail={}:{}: clone({}) by pid {} ({}) = -{}\n", steps[wanted.step].name, wanted.nth, words, me.pid,
          me.comm, result);
    print("  digest before {08x}, after {08x}: {}; {} objects alive\n", wanted.before.all(), after.all(),
          wanted.before == after ? "equal, nothing is left behind" : "DIFFERENT", objects);
    if (result != wanted.said) {
        print("  the call fails with {}, but the step with {}\n", result, wanted.said);
        wanted.wrong_errno = true;
    }
    if (wanted.before == after) return;
    for (int i = 0; i < DIGEST_PARTS; i++)
        if (wanted.before.part[i] != after.part[i])
            print("  {}: before {08x}, after {08x}\n", digest_part_names[i], wanted.before.part[i],
                  after.part[i]);
    report_violation("restored", "a failed call leaves the state as it was", "clone", me, flags);
}

bool fail_injection_missed() {
    if (wanted.step < 0) return false;
    if (wanted.fired) return wanted.wrong_errno;
    print("fail={}:{}: the step was executed {} times only, so nothing has failed\n", steps[wanted.step].name,
          wanted.nth, wanted.executed);
    return true;
}

void fail_injection_stopped(Task& task) {
    if (!wanted.continue_when_stopped) return;
    wanted.continue_when_stopped = false;
    send_signal(task, SIGCONT, true);
}

} // namespace forkproof
