#include "kernel/check/rehearsal.hpp"
#include "kernel/check/allocations.hpp"
#include "kernel/check/inject.hpp"
#include "kernel/check/provoke.hpp"
#include "kernel/check/scores.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/mm/page_table.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

Rehearsal mode = Rehearsal::none;

/// What a call waits for that is under way.
enum class Under : u8 {
    nothing,
    copy_process,  ///< a clone that may fail
    after_publish, ///< a clone that has worked; what it allocates after that counts too
    other_call,    ///< execve or pipe, which may fail
    new_program    ///< an execve that has worked: the program's first pages count too, until it ends
};

/// A series: the same call again and again, each time with another failure. Of clone() it is known by its
/// caller and the flags, of the others there is one each.
struct Series {
    u64 caller = 0; ///< its serial
    u32 flags = 0;
    u32 next = 1;         ///< nth: the number of the allocation to fail. each: index of the step
    bool finished = true; ///< a call came through with nothing left to fail; then calls are left alone
    u32 used = 0;         ///< when, in the order of calls
};

constexpr u32 MOST_SERIES =
    32; // of callers that take turns; the one used least lately gives way to a new one
Series clones[MOST_SERIES], programs, pipes;
Series* cloning; ///< of the latest clone that was not left alone
u32 series_made, series_finished, calls_seen;
Under under = Under::nothing;
int place;  ///< where we are
bool fell;  ///< fail=each: whether a failure was made in this call
Errno said; ///< fail=each: by the step that failed
Snapshot before;
bool wrong_errno;

// fail=nth, execve: the program that is killed, who reaps it, and what lived before it was made.
struct {
    u64 victim = 0, parent = 0;
    bool died = false;
    u64 maker = 0;
    LiveCounts live;
} reaping;

bool left_alone() { return mode == Rehearsal::none || current()->tgid <= 1; }

void begin_series(Series& s, u64 caller, u32 flags, u32 first) {
    s = {caller, flags, first, false, 0};
    series_made++;
}

Series& series_of(const Task& caller, u32 flags) {
    Series* oldest = &clones[0];
    for (Series& s : clones) {
        if (s.caller == caller.serial && s.flags == flags) {
            s.used = ++calls_seen;
            return s;
        }
        if (s.used < oldest->used) oldest = &s;
    }
    begin_series(*oldest, caller.serial, flags, mode == Rehearsal::nth ? 1 : 0);
    oldest->used = ++calls_seen;
    return *oldest;
}
void finish(Series& s) {
    if (s.finished) return;
    s.finished = true;
    series_finished++;
}

void watch_nth(u32 nth) {
    drop_clean_tables(); // so that page tables are allocated, too
    before = Snapshot::take();
    allocation_watch = {.task = current(), .nth = nth};
}
void stop_watching() {
    allocation_watch = {};
    under = Under::nothing;
}

/// What became of a clone that worked, which is known only when its caller, or somebody else, calls again.
void settle() {
    if (under != Under::after_publish) return;
    if (allocation_watch.failed) {
        scores[AFTER_PUBLISH].tried++;
        scores[AFTER_PUBLISH].good++; // the call has returned the pid, or nobody would be here
        cloning->next++;
    } else {
        finish(*cloning);
    }
    stop_watching();
}

/// The next step, from `i` on, that can be made to fail for this caller.
u32 step_to_fail(u32 i) {
    while (i < STEP_COUNT && (steps[i].usual_failure == Errno::OK || !can_fail_here(steps[i]))) i++;
    return i;
}

void each_begins() {
    cloning->next = step_to_fail(cloning->next);
    if (cloning->next == STEP_COUNT) return finish(*cloning);
    fell = false;
    under = Under::copy_process;
    before = Snapshot::take();
}

/// The call asks for what cannot be, as a wrong TLS entry: nothing more can be tried, but this much is.
void failed_by_itself(u32 flags) {
    judge_failure(place, before, Snapshot::take(), "clone", flags);
    finish(*cloning);
}

void each_ends(Errno result, u32 flags) {
    under = Under::nothing;
    if (!fell) return failed_by_itself(flags); // before it came to that step
    const Step& step = steps[place];
    if (result != said || said != step.usual_failure) {
        print("fail=each: the call fails with {}, the step says {}, but its row {}: {}\n", result, said,
              step.usual_failure, step.name);
        wrong_errno = true;
    }
    provoke_after_failure(*current());
    judge_failure(place, before, Snapshot::take(signals_of_failure(step)), "clone", flags);
    cloning->next++;
}

void nth_ends(Errno result, u32 flags) {
    if (allocation_watch.failed && result != Errno::OK) {
        stop_watching();
        provoke_after_failure(*current());
        judge_failure(place, before, Snapshot::take(), "clone", flags);
        cloning->next++;
    } else if (result == Errno::OK) {
        under = Under::after_publish;
    } else {
        stop_watching();
        failed_by_itself(flags);
    }
}

} // namespace

void rehearsal_init(Rehearsal m) { mode = m; }
bool rehearsing() { return mode != Rehearsal::none; }

void rehearsal_clone_begins(const ForkRequest& request) {
    if (left_alone()) return;
    settle();
    const Task& me = *current();
    reaping.maker = me.serial;
    reaping.live = LiveCounts::now();
    cloning = &series_of(me, request.flags);
    if (cloning->finished) return;
    touch_what_is_read(request);
    if (mode == Rehearsal::each) return each_begins();
    under = Under::copy_process;
    watch_nth(cloning->next);
}

namespace {

/// A step that says something else than its row does so rightly if it says the same when nothing is in its
/// way.
bool asks_for_what_cannot_be(const Step& step, ForkRequest& request) {
    if (said == step.usual_failure) return false;
    const Errno error = step.acquire(request);
    if (error == Errno::OK) step.release(request);
    return error == said;
}

} // namespace

Errno rehearsal_acquire(int step, ForkRequest& request) {
    if (under != Under::copy_process) return steps[step].acquire(request);
    place = step; // the last that is tried is where the call fails, if it does
    if (mode == Rehearsal::each) {
        fell = static_cast<u32>(step) == cloning->next;
        if (fell) said = fail_by_itself(steps[step], request);
        fell = fell && !asks_for_what_cannot_be(steps[step], request);
        return fell ? said : steps[step].acquire(request);
    }
    const Errno error = steps[step].acquire(request);
    if (request.child) {
        allocation_watch.newborn = request.child;
        allocation_watch.newborn_call = request.regs->orig_ax;
    }
    return error;
}

void rehearsal_clone_ends(Errno result, u32 flags) {
    if (under != Under::copy_process) return;
    if (mode == Rehearsal::each)
        each_ends(result, flags);
    else
        nth_ends(result, flags);
}

void rehearsal_clone_accepted() {
    if (under == Under::after_publish) allocation_watch.task = nullptr;
}

void allocating_call_begins(AllocatingCall call) {
    const bool inits_program = current()->real_parent->tgid <= 1; // it repeats nothing before it has begun
    if (mode != Rehearsal::nth || left_alone() || (call == AllocatingCall::execve && inits_program)) return;
    settle();
    Series& series = call == AllocatingCall::execve ? programs : pipes;
    if (series.finished) begin_series(series, current()->serial, 0, 1);
    place = call == AllocatingCall::execve ? EXECVE : PIPE;
    under = Under::other_call;
    watch_nth(series.next);
}

void allocating_call_ends(Errno result) {
    if (under != Under::other_call || allocation_watch.task != current()) return;
    Series& series = place == EXECVE ? programs : pipes;
    if (allocation_watch.failed && result != Errno::OK) {
        stop_watching();
        judge_failure(place, before, Snapshot::take(), place == EXECVE ? "execve" : "pipe", 0);
        series.next++;
    } else if (place == EXECVE && result == Errno::OK) {
        under = Under::new_program;
        reaping.victim = current()->serial;
        reaping.parent = current()->real_parent->serial;
    } else {
        finish(series);
        stop_watching();
    }
}

void rehearsal_process_call(Text call, const Task& by) {
    if (mode != Rehearsal::nth) return;
    if (under == Under::new_program && by.serial == reaping.victim && call == "exit") {
        reaping.died = allocation_watch.failed;
        if (reaping.died)
            programs.next++;
        else
            finish(programs);
        stop_watching();
    } else if (reaping.died && by.serial == reaping.parent && call == "wait4") {
        reaping.died = false;
        scores[AFTER_EXECVE].tried++;
        if (reaping.maker == by.serial) judge_counts(AFTER_EXECVE, reaping.live, LiveCounts::now(), "wait4");
    }
}

bool rehearsal_report() {
    settle();
    const bool each = mode == Rehearsal::each;
    const Score all = print_scores();
    bool all_tried = all.tried != 0;
    for (int i = 0; each && i < STEP_COUNT; i++) {
        if (steps[i].usual_failure == Errno::OK || scores[i].tried != 0) continue;
        print("  step {} never failed\n", steps[i].name);
        all_tried = false;
    }
    print("fail={}: {} failures, {} left everything as it should be, leaks {}\n", each ? "each" : "nth",
          all.tried, all.good, all.leaks);
    if (series_made != series_finished)
        print("  of {} calls {} were given up before they worked\n", series_made,
              series_made - series_finished);
    return all_tried && series_made == series_finished && all.good == all.tried && !wrong_errno;
}

} // namespace forkproof
