// The invariants of the task system: one row each, a name, a sentence, whether it holds in the middle of a
// call, and a predicate over a view of the state. The kernel's view walks the living objects and answers
// bool; the tests' view answers from plain structs; the prover's will answer terms. What a view must offer:
//
//   s.all(f)                 f(task) holds for every published task (f answers the view's truth value)
//   s.determines(key, value) tasks that agree in key(task) agree in value(task); tasks whose key is null()
//   are free s.implies(p, q)          q wherever p s.every_object(f)        f(object) for every counted
//   object: object.count(), object.holders() s.same(a, b)             two answers of the same kind are equal
//
// and of a task the accessors used below. Every accessor is total: asked of a null, it answers null or 0.
// Predicates use only && || ! on the view's truth values, and no `if` or `?:`, because terms have no truth
// yet.
#pragma once
#include <tuple>

namespace forkproof {

/// Whether an invariant holds also between the steps of a fork, when the half-made child is one more holder.
enum class MidCall : bool { no, yes };

template <class Predicate>
struct Invariant {
    const char* name;
    const char* sentence;
    MidCall mid_call;
    Predicate holds;
};
template <class P>
Invariant(const char*, const char*, MidCall, P) -> Invariant<P>;

// clang-format off
inline constexpr auto invariants = std::tuple{
    Invariant{"boot", "init is process 1, lives, is unkillable, and is the first namespace's reaper", MidCall::yes,
        [](auto s) { return s.init_lives() && s.init_is_first() && s.init_is_unkillable() && s.init_is_reaper(); }},
    Invariant{"leader", "every thread group has a leader, who leads itself and has the group's number", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.same(a.leader().leader(), a.leader()) && s.same(a.tgid(), a.leader().pid()); }); }},
    Invariant{"listed", "every task that exists is on the task list once, and nothing else is", MidCall::yes,
        [](auto s) { return s.listed_tasks_are_the_living(); }},
    Invariant{"zombie-leader", "only leaders of thread groups are zombies that wait to be reaped", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.is_zombie(), s.same(a.leader(), a)); }); }},
    Invariant{"children", "every leader is in the list of children of its parent, once, and no other task is in any",
        MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(s.same(a.leader(), a), a.is_in_parents_children()); }) && s.children_lists_are_consistent(); }},
    Invariant{"group-signal", "two tasks share a signal_struct exactly if they are threads of one group", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.signal(); }, [](auto a) { return a.leader(); }) &&
                            s.determines([](auto a) { return a.leader(); }, [](auto a) { return a.signal(); }); }},
    Invariant{"group-sighand", "the threads of a group share their signal handlers", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.signal(); }, [](auto a) { return a.sighand(); }); }},
    Invariant{"sighand-mm", "tasks that share signal handlers share their memory", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.living_sighand(); }, [](auto a) { return a.mm(); }); }},
    Invariant{"handler-mm", "a signal handler's address belongs to the memory that its task runs in", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.has_handler(), s.same(a.handler_mm(), a.mm())); }); }},
    Invariant{"group-parent", "the threads of a group have the same parent process", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.signal(); }, [](auto a) { return a.parent().signal(); }); }},
    Invariant{"group-userns", "the threads of a group are in one user namespace", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.signal(); }, [](auto a) { return a.user_ns(); }); }},
    Invariant{"group-pidns", "the threads of a group are in one pid namespace", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.signal(); }, [](auto a) { return a.pid_ns(); }); }},
    Invariant{"fs-mnt", "a task's root and working directory lie in its own mount namespace", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(a.has_fs(), s.same(a.root_mnt_ns(), a.mnt_ns()) && s.same(a.pwd_mnt_ns(), a.mnt_ns())); }); }},
    Invariant{"undo-ipc", "a task's undo list speaks of the semaphores of its own ipc namespace", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.implies(a.has_undo(), s.same(a.undo_ipc_ns(), a.ipc_ns())); }); }},
    Invariant{"fs-userns", "tasks that share root and cwd are in one user namespace", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.fs(); }, [](auto a) { return a.user_ns(); }); }},
    Invariant{"one-root", "a parent is in its child's pid namespace, but for the namespace's init and the kernel's own threads",
        MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.same(a.pid_ns(), a.parent().pid_ns()) || a.is_ns_init() || a.is_kernel_thread(); }); }},
    Invariant{"nesting", "the init of a pid namespace has its parent in the namespace that encloses it", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(a.is_ns_init() && !a.is_first_init(), s.same(a.parent().pid_ns(), a.pid_ns_parent())); }); }},
    Invariant{"reaper", "every pid namespace in use has one inside it that takes orphans; once that is dead, the first init",
        MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return a.reaper_is_alive() && (s.same(a.reaper().pid_ns(), a.pid_ns()) || a.is_dead_ns_init()); }); }},
    Invariant{"reapable", "every task but init and the kernel's own threads has a living parent that can wait for it",
        MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return a.is_first_init() || a.is_kernel_thread() || a.parent_can_wait(); }); }},
    Invariant{"older", "a parent's process is older than its child", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.less(a.parent().leader().age(), a.leader().age()); }); }},
    Invariant{"unkillable", "exactly the inits of pid namespaces are unkillable", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.same(a.is_unkillable(), a.is_ns_init()) || a.is_dying(); }); }},
    Invariant{"nproc-count", "a user's count of tasks is the number of its tasks", MidCall::yes,
        [](auto s) { return s.every_user([s](auto u) { return s.same(u.processes(), u.tasks()); }); }},
    Invariant{"thread-count", "nr_threads is the number of tasks, process_counts the number of thread groups", MidCall::yes,
        [](auto s) { return s.same(s.nr_threads(), s.tasks()) && s.same(s.process_counts(), s.leaders()); }},
    Invariant{"signal-live", "a group's live is the number of its threads that have not begun to exit", MidCall::yes,
        [](auto s) { return s.every_signal([s](auto g) { return s.same(g.live(), g.living_threads()); }); }},
    Invariant{"exit-signal", "the signal that tells a parent of a death was chosen by that parent, or is SIGCHLD", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(s.same(a.leader(), a), s.same(a.exit_signal_chooser(), a.parent().leader().age()) ||
                                                        s.same(a.exit_signal(), a.sigchld())); }); }},
    Invariant{"sched", "a task has a real-time priority exactly if its policy is a real-time one", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.same(a.has_rt_prio(), a.has_rt_policy()); }); }},
    Invariant{"exec-decision", "while an exec is under way, only its own thread group shares its fs", MidCall::yes,
        [](auto s) { return s.determines([](auto a) { return a.fs_in_exec(); }, [](auto a) { return a.signal(); }); }},
    Invariant{"counts", "every object's count is the number of its holders", MidCall::yes,
        [](auto s) { return s.every_object([s](auto o) { return s.same(o.count(), o.holders()); }); }},
    Invariant{"no-dangling", "no living object points to a freed one", MidCall::yes,
        [](auto s) { return s.no_dangling_pointer(); }},
    Invariant{"frame-counts", "every page frame's count is the number of page tables that map it", MidCall::no,
        [](auto s) { return s.frame_counts_are_right(); }},
    Invariant{"cow", "a page that two address spaces share is writable in neither", MidCall::no,
        [](auto s) { return s.shared_pages_are_read_only(); }},
    Invariant{"pids-unique", "no two tasks have the same number in a pid namespace, and every number finds its task",
        MidCall::yes,
        [](auto s) { return s.pids_are_unique(); }},
    Invariant{"vfork", "a vfork parent sleeps until its child gives up the memory that it was born with", MidCall::yes,
        [](auto s) { return s.all([s](auto a) {
            return s.implies(a.is_vforked(), a.vfork_parent_sleeps() && a.has_the_mm_it_was_born_with()); }); }},
    Invariant{"runqueue", "the run queue holds exactly the runnable tasks, and counts them", MidCall::yes,
        [](auto s) { return s.all([s](auto a) { return s.same(a.is_runnable(), a.is_on_runqueue()); }) &&
                            s.same(s.nr_running(), s.runqueue_length()); }},
};
// clang-format on

inline constexpr int INVARIANT_COUNT = static_cast<int>(std::tuple_size_v<decltype(invariants)>);

/// A fact of one step, not of a state: checked once per accepted clone, against what its verdict saw.
struct StepProperty {
    const char* name;
    const char* sentence;
};
inline constexpr StepProperty NPROC_LIMIT = {
    "nproc-limit",
    "an accepted clone saw its user below RLIMIT_NPROC, or was privileged, or the first user's"};
inline constexpr StepProperty THREAD_LIMIT = {"thread-limit",
                                              "an accepted clone saw fewer tasks than max_threads"};
inline constexpr StepProperty SHARING = {
    "sharing", "a child shares with its maker what its flags say, and nothing else (invariants/sharing.hpp)"};
inline constexpr StepProperty step_properties[] = {NPROC_LIMIT, THREAD_LIMIT, SHARING};

} // namespace forkproof
