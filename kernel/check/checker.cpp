#include "kernel/check/checker.hpp"
#include "invariants/privilege.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/check/ghosts.hpp"
#include "kernel/check/provoke.hpp"
#include "kernel/check/rehearsal.hpp"
#include "kernel/check/report.hpp"
#include "kernel/check/view.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

CheckMode mode = CheckMode::off;
CheckCounts counts;
u32 checked[CHECKED_INVARIANT_COUNT];

struct Call {
    const char* name;
    const Task& by;
    u32 flags;
    i32 made = 0; ///< the task that it made, by the first namespace's number; 0: none
};

void print_call(const Call& call) {
    char words[256];
    flags_in_words(call.flags, words, sizeof words);
    const bool is_clone = call.flags != 0;
    print("  after {}{}{}{} by pid {} ({})", call.name, is_clone ? "(" : "", is_clone ? words : "",
          is_clone ? ")" : "", call.by.pid, call.by.comm);
    if (call.made) print(", which made pid {}", call.made);
    print("\n");
}

void say_violation(const char* name, const char* sentence) { print("violation: {}: {}\n", name, sentence); }

/// What the census found, in the object's and the field's own words.
void print_evidence() {
    if (census.dangling)
        print("  {} points to {} {x}, which is freed\n", census.dangling_field,
              kind_names[static_cast<int>(census.dangling_kind)], census.dangling);
    if (census.bad_object)
        print("  {} {x}: its count says {}, but {} hold it\n", kind_names[static_cast<int>(census.bad_kind)],
              census.bad_object, census.bad_count, census.bad_holders);
    if (census.bad_frame != Pfn::none)
        print("  frame {x} at {x}: count {}, mapped {} times\n", raw(census.bad_frame), census.bad_address,
              census.bad_count, census.bad_holders);
    if (census.bad_task) {
        print("  the task in question:\n");
        print_task(*census.bad_task);
    }
}

[[noreturn]] void end_with_violation(const Call& call) {
    print_call(call);
    print_evidence();
    print("  tasks:\n");
    for_each_task([](Task& t) { print_task(t); });
    print_backtrace(static_cast<u32>(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))));
    magic_breakpoint();
    print("power-off: the run ends here, without a verdict\n");
    shutdown();
}

/// Judges each invariant in turn; all that fail are named, so that the first is not taken for the only one.
bool judge(bool mid_call) {
    bool all_hold = true;
    int i = 0;
    auto one = [&](const auto& invariant) {
        const int index = i++;
        if (mid_call && invariant.mid_call == MidCall::no) return;
        checked[index]++;
        if (invariant.holds(KernelView{})) return;
        all_hold = false;
        say_violation(invariant.name, invariant.sentence);
    };
    std::apply([&](const auto&... invariant) { (one(invariant), ...); }, checked_invariants);
    return all_hold;
}

/// Checks everything, and ends the run if anything does not hold, now or `already` before.
void check_all(const Call& call, const Task* half_made, bool already) {
    take_census(half_made);
    (half_made ? counts.mid_call_rounds : counts.rounds)++;
    if (!judge(half_made != nullptr) || already) end_with_violation(call);
}

} // namespace

void checker_init(CheckMode m) {
    mode = m;
    if (mode == CheckMode::step) steps_are_watched = true;
    if (mode != CheckMode::off) calls_are_watched = true;
}
bool checks_are_on() { return mode != CheckMode::off; }
const CheckCounts& check_counts() { return counts; }
u32 times_checked(int invariant) { return checked[invariant]; }

void check_invariants(const char* call, const Task& by, u32 flags, const Task* half_made) {
    check_all({call, by, flags}, half_made, false);
}

void watch_process_call(const char* call, Task& by) {
    if (rehearsing()) rehearsal_process_call(call, by);
    if (mode == CheckMode::off || by.tgid == 0) return;
    ghosts_after_call(by);
    check_invariants(call, by, 0, nullptr);
}

void step_done(const char* step, const ForkRequest& request) {
    if (mode == CheckMode::step && request.child && init_pid_ns->child_reaper)
        check_invariants(step, *current(), request.flags, request.child);
}

void clone_accepted(const ForkRequest& request, const VerdictContext& seen) {
    const Task& me = *current();
    if (rehearsing()) rehearsal_clone_accepted();
    if (mode != CheckMode::off) ghosts_after_clone(*request.child, me);
    if (&me == &init_task) return;
    provoke_after_clone(*request.child, *current());
    if (mode == CheckMode::off) return;
    counts.accepted_clones++;
    bool violated = false;
    auto require = [&](bool holds, const StepProperty& property) {
        if (holds) return;
        violated = true;
        say_violation(property.name, property.sentence);
    };
    const bool privileged = seen.cap_sys_admin || seen.cap_sys_resource || seen.first_user;
    require(!seen.nproc_reached || privileged, NPROC_LIMIT);
    require(!seen.threads_reached, THREAD_LIMIT);
    const char* resource = wrongly_shared(request.flags, me, *request.child);
    require(resource == nullptr, SHARING);
    if (resource) print("  what is shared or not as it should be: {}\n", resource);
    check_all({"clone", me, request.flags, request.child->pid}, nullptr, violated);
}

void report_violation(const char* name, const char* sentence, const char* call, const Task& by, u32 flags) {
    say_violation(name, sentence);
    end_with_violation({call, by, flags});
}

void flags_in_words(u32 flags, char* buffer, u32 size) {
    std::size_t n = 0;
    buffer[0] = 0;
    auto add = [&](const char* word) { n += format(buffer + n, size - n, "{}{}", n ? " | " : "", word); };
    for (const FlagName& f : flag_names)
        if (flags & f.bit) add(f.name);
    if (flags & CSIGNAL) add(signal_name(static_cast<int>(flags & CSIGNAL)));
}

} // namespace forkproof
