// Failures on purpose: fail=STEP[:N[:ERRNO]] makes the Nth execution of a step fail, and compares the state
// before and after the call. Without ERRNO the step finds no memory, and says so by itself. fail=each and
// fail=nth go through them all: kernel/check/rehearsal.cpp.
#include "kernel/check/fail.hpp"
#include "kernel/check/allocations.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/historical.hpp"
#include "kernel/check/inject.hpp"
#include "kernel/check/provoke.hpp"
#include "kernel/check/rehearsal.hpp"
#include "kernel/check/restored.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/panic.hpp"
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
    bool fired = false, in_this_call = false;
    Snapshot before;
} wanted;

const Step& wanted_step() { return steps[wanted.step]; }

/// Executions by tasks in which it cannot be made to fail do not count.
bool is_counted() { return can_fail_here(wanted_step()); }

/// Whether it is this execution of the step that is to fail.
bool is_to_fail(int step) {
    if (step != wanted.step || wanted.fired || !is_counted() || ++wanted.executed != wanted.nth) return false;
    return wanted.fired = wanted.in_this_call = true;
}

Errno fail(const Step& step, ForkRequest& request) {
    if (wanted.error != Errno::OK) return wanted.said = wanted.error;
    const Errno error = wanted.said = fail_by_itself(step, request);
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
    print("; or each, or nth\n");
    panic("the command line asks for a failure that cannot be made");
}

void want_step(int step, const FailRequest& request) {
    if (steps[step].usual_failure == Errno::OK) refuse("this step cannot fail", request.step);
    wanted.step = step;
    wanted.nth = request.nth;
    wanted.error = request.error;
    if (fails_by_a_signal(wanted_step()) && wanted.error != Errno::OK)
        refuse("this step fails with ERESTARTNOINTR only", request.step);
}

/// fail=each, fail=nth: true.
bool want_all(const FailRequest& request) {
    if (!(request.step == "each") && !(request.step == "nth")) return false;
    if (request.numbered)
        refuse("it takes no number and no errno, as it goes through them all", request.step);
    rehearsal_init(request.step == "each" ? Rehearsal::each : Rehearsal::nth);
    return true;
}

} // namespace

void fail_injection_init(const FailRequest& request) {
    if (request.step.size == 0) return;
    steps_are_watched = calls_are_watched = true;
    allocation_watch_init();
    if (want_all(request)) return;
    for (int i = 0; i < STEP_COUNT; i++)
        if (Text(steps[i].name) == request.step) return want_step(i, request);
    refuse("there is no such step", request.step);
}

bool steps_are_watched;
bool calls_are_watched;

Errno acquire_watched(int step, ForkRequest& request) {
    Errno error;
    if (rehearsing())
        error = rehearsal_acquire(step, request);
    else
        error = is_to_fail(step) ? fail(steps[step], request) : steps[step].acquire(request);
    step_done(steps[step].name, request);
    return error;
}

void fail_injection_call_begins(const ForkRequest& request) {
    if (rehearsing()) return rehearsal_clone_begins(request);
    if (wanted.step < 0 || wanted.fired || !is_counted() || wanted.executed + 1 != wanted.nth) return;
    touch_what_is_read(request);
    wanted.before = Snapshot::take();
}

void fail_injection_call_ends(Errno result, u32 flags) {
    if (rehearsing()) return rehearsal_clone_ends(result, flags);
    if (!wanted.in_this_call) return;
    wanted.in_this_call = false;
    Task& me = *current();
    provoke_after_failure(me);
    const Snapshot after = Snapshot::take(signals_of_failure(wanted_step()));
    char words[256];
    flags_in_words(flags, words, sizeof words);
    print("fail={}:{}: clone({}) by pid {} ({}) = -{}\n", wanted_step().name, wanted.nth, words, me.pid,
          me.comm, result);
    print("  digest before {08x}, after {08x}: {}; {} objects alive\n", wanted.before.digest.all(),
          after.digest.all(), wanted.before == after ? "equal, nothing is left behind" : "DIFFERENT",
          after.live.all_objects());
    if (result != wanted.said) {
        print("  the call fails with {}, but the step with {}\n", result, wanted.said);
        wanted.wrong_errno = true;
    }
    if (wanted.before == after) return;
    if (known_to_be_forgotten(wanted.before, after, wanted_step().name, flags)) return;
    print_differences(wanted.before, after);
    report_violation("restored", "a failed call leaves the state as it was", "clone", me, flags);
}

bool fail_injection_missed() {
    const bool all_tried = !rehearsing() || rehearsal_report();
    if (report_forgotten() || !all_tried) return true;
    if (wanted.step < 0) return false;
    if (wanted.fired) return wanted.wrong_errno;
    print("fail={}:{}: the step was executed {} times only, so nothing has failed\n", wanted_step().name,
          wanted.nth, wanted.executed);
    return true;
}

} // namespace forkproof
