// proofs/induction/ proves that the invariants of the task system are inductive: if they hold before a
// transition (clone as the rules accept it, exit, wait, exec, setuid, sched_setscheduler, sigaction) they
// hold after it, for any number of tasks. A state is a set of functions over tasks and objects (state), the
// predicates of invariants/ are asked of it through a view that answers Z3 terms (view, privilege,
// auxiliary), a transition makes one state of another (transitions), and a theorem is a transition and an
// invariant (theorems). Clone is atomic here: its steps, races and failures are the machine code's theorems.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include <z3++.h>

namespace forkproof::proofs::induction {

/// The sorts and the two nulls.
struct Sorts {
    z3::sort task, object;
    z3::expr nobody; ///< the null task; init's parent, the idle task, is nobody too
    z3::expr nil;    ///< the null object
    explicit Sorts(z3::context& c)
        : task(c.uninterpreted_sort("Task")), object(c.uninterpreted_sort("Object")),
          nobody(c.constant("nobody", task)), nil(c.constant("nil", object)) {}
    /// Tasks and objects are numbers, and the nulls 0: where all that exist are known, terms become plain.
    static Sorts numbers(z3::context& c) { return {c.int_sort(), c.int_val(0)}; }

  private:
    Sorts(const z3::sort& number, const z3::expr& nought)
        : task(number), object(number), nobody(nought), nil(nought) {}
};

/// A function of tasks or objects: an unknown one, and what transitions have changed in it, the last
/// outermost.
class Field {
  public:
    using Read = std::function<z3::expr(const z3::expr&)>;
    explicit Field(const z3::func_decl& base)
        : read_(std::make_shared<Read>([base](const z3::expr& of) { return base(of); })) {}

    [[nodiscard]] z3::expr operator()(const z3::expr& of) const { return (*read_)(of); }
    /// Changes one place.
    void set(const z3::expr& key, const z3::expr& value) {
        map([key, value](const z3::expr& of, const z3::expr& old) { return z3::ite(of == key, value, old); });
    }
    /// Changes all places: f(place, what was there).
    void map(const std::function<z3::expr(const z3::expr&, const z3::expr&)>& f) {
        read_ = std::make_shared<Read>([old = read_, f](const z3::expr& of) { return f(of, (*old)(of)); });
    }

  private:
    std::shared_ptr<const Read> read_; ///< states are copied often, and keep their past
};

/// The state of the task system. What a transition does not name stays as it was.
struct State {
    explicit State(z3::context& c) : State(c, Sorts(c)) {}
    State(z3::context& c, const Sorts& sorts_of);

    z3::context* z3;
    Sorts sorts;
    z3::expr first_pid_ns;

    // of a task
    Field listed; ///< it exists
    Field leader, parent;
    Field list_of; ///< in whose list of children it stands
    Field pid, tgid, age;
    Field signal, sighand, mm, fs, user, pid_ns, nsproxy, undo;
    Field zombie, exiting;
    Field kernel;      ///< a thread of the kernel's own: it has no memory, and makes no calls
    Field first_in_ns; ///< its own number in its pid namespace is 1
    Field exit_signal, exit_signal_chooser;
    Field rt_prio, rt_policy, reset_on_fork;
    Field vfork_waiter, born_with, sleeps; ///< who waits for it; with which mm; it waits for its vfork child
    Field execs;                           ///< it is between the decision and the commit of an exec
    Field caps;                            ///< it has the capabilities
    Field root;                            ///< its uid is 0 in its user namespace
    Field entitled;                        ///< a ghost: somebody privileged has given it the capabilities

    // of an object
    Field unkillable, live, living;          // signal_struct
    Field handler_mm;                        // sighand: whose addresses its handlers are; nil: it has none
    Field fs_root, fs_pwd, in_exec;          // fs_struct
    Field mnt_ns, ipc_ns, made_by_privilege; // nsproxy; the last is a ghost
    Field undo_ipc_ns;                       // undo list
    Field user_ns, processes, tasks_of;      // user
    Field userns_trusted;                    // user namespace: a ghost, made by privilege
    Field pid_ns_parent, reaper;             // pid namespace
    Field pid_ns_exists, user_exists, user_ns_exists; // never freed here
    Field ipc_ns_exists, mnt_ns_exists;

    z3::expr clock; ///< the age of the next task
    z3::expr nr_threads, tasks, process_counts, leaders;

    /// A kind of object that tasks hold a count on.
    struct Kind {
        const char* name;
        Field State::*held;
        Field exists, count, holders;
    };
    std::vector<Kind> kinds;
    [[nodiscard]] Kind& kind(const std::string& name);

    /// What the nulls answer, and other facts of any state.
    [[nodiscard]] z3::expr nulls() const;
};

} // namespace forkproof::proofs::induction
