// A state of the task system in plain structs, for the tests of the invariants: small enough to be spoilt in
// one place, complete enough that each invariant can be asked of it (through state_view.hpp).
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

/// Names of their own: the kernel's types of the same names are tested in the same program.
namespace forkproof::tests::plain {

struct PlainTask;

/// Whatever is counted: holders are found by following all pointers of the state.
struct Counted {
    unsigned count = 0;
    bool freed = false;
};
struct UserNs : Counted {};
struct User : Counted {
    UserNs* user_ns = nullptr;
    unsigned processes = 0;
};
struct MntNs : Counted {};
struct IpcNs : Counted {};
struct PidNs : Counted {
    PidNs* parent = nullptr;
    PlainTask* reaper = nullptr;
};
struct Nsproxy : Counted {
    MntNs* mnt_ns = nullptr;
    IpcNs* ipc_ns = nullptr;
};
struct Fs : Counted {
    MntNs* root = nullptr;
    MntNs* pwd = nullptr;
    bool in_exec = false;
};
struct Undo : Counted {
    IpcNs* ipc_ns = nullptr;
};
struct Sighand : Counted {
    bool has_handler = false; ///< an address
};
struct Signal : Counted {
    bool unkillable = false;
    unsigned live = 0;
};
struct Page {
    unsigned address, frame;
    bool writable;
};
struct Mm : Counted {
    std::vector<Page> pages;
};

enum class Doing { runs, sleeps, sleeps_for_vfork, zombie };

struct PlainTask {
    int pid = 0, tgid = 0;
    std::map<PidNs*, int> numbers; ///< in its own pid namespace and those around it
    PlainTask* leader = nullptr;
    PlainTask* parent = nullptr;
    std::vector<PlainTask*> children;
    unsigned age = 0; ///< the order in which tasks were made
    Doing doing = Doing::runs;
    bool exiting = false;
    Signal* signal = nullptr;
    Sighand* sighand = nullptr;
    Mm* mm = nullptr;
    Fs* fs = nullptr;
    User* user = nullptr;
    PidNs* pid_ns = nullptr;
    Nsproxy* nsproxy = nullptr;
    Undo* undo = nullptr;
    int exit_signal = 17; ///< SIGCHLD
    unsigned exit_signal_chooser = 0;
    bool rt_prio = false, rt_policy = false;
    PlainTask* vfork_waiter = nullptr; ///< who waits for this vforked child
    Mm* born_with = nullptr;
    Mm* handler_mm = nullptr; ///< whose addresses its handlers are
};

/// All of it. Objects live as long as the state; `make` adds one.
struct State {
    std::vector<std::unique_ptr<PlainTask>> living; ///< every task that exists
    std::vector<PlainTask*> listed;                 ///< the task list
    std::vector<PlainTask*> runqueue;
    PlainTask* init = nullptr;
    PidNs* first_pid_ns = nullptr;
    unsigned nr_threads = 0, process_counts = 0, nr_running = 0;
    std::map<unsigned, unsigned> frame_counts;
    std::vector<std::unique_ptr<UserNs>> user_namespaces;
    std::vector<std::unique_ptr<User>> users;
    std::vector<std::unique_ptr<MntNs>> mnt_namespaces;
    std::vector<std::unique_ptr<IpcNs>> ipc_namespaces;
    std::vector<std::unique_ptr<PidNs>> pid_namespaces;
    std::vector<std::unique_ptr<Nsproxy>> nsproxies;
    std::vector<std::unique_ptr<Fs>> fs;
    std::vector<std::unique_ptr<Undo>> undo_lists;
    std::vector<std::unique_ptr<Sighand>> sighands;
    std::vector<std::unique_ptr<Signal>> signals;
    std::vector<std::unique_ptr<Mm>> mms;

    template <class T>
    static T* make(std::vector<std::unique_ptr<T>>& where) {
        return where.emplace_back(std::make_unique<T>()).get();
    }

    /// Calls f(object, holders of it) for every counted object that is not freed.
    template <class F>
    void each_object(F f) const {
        std::map<const Counted*, unsigned> holders = references();
        auto all = [&](const auto& objects) {
            for (const auto& o : objects)
                if (!o->freed) f(*o, holders[o.get()]);
        };
        all(user_namespaces), all(users), all(mnt_namespaces), all(ipc_namespaces), all(pid_namespaces);
        all(nsproxies), all(fs), all(undo_lists), all(sighands), all(signals), all(mms);
    }

    /// How often each object is pointed to, freed or not.
    [[nodiscard]] std::map<const Counted*, unsigned> references() const {
        std::map<const Counted*, unsigned> holders;
        auto hold = [&](const Counted* o) {
            if (o) holders[o]++;
        };
        for (const auto& t : living) {
            hold(t->signal), hold(t->sighand), hold(t->mm), hold(t->fs), hold(t->user);
            hold(t->pid_ns), hold(t->nsproxy), hold(t->undo);
        }
        for (const auto& o : users) hold(o->user_ns);
        for (const auto& o : pid_namespaces) hold(o->parent);
        for (const auto& o : nsproxies) hold(o->mnt_ns), hold(o->ipc_ns);
        for (const auto& o : undo_lists) hold(o->ipc_ns);
        return holders;
    }

    /// Makes all counts and lists what the tasks' own fields say.
    void settle();
};

/// A state in which every invariant holds: init with a thread; a shell with a thread; a real-time task; a
/// zombie; a nested pid namespace with its init (two threads), a process of two threads in it; a vforked
/// child; a late child.
struct GoodState : State {
    PlainTask *init_thread, *realtime, *shell, *shell_thread, *zombie, *ns_init, *ns_init_thread, *inner,
        *inner_thread, *vforked, *late;
    PidNs* nested;
    GoodState();

  private:
    PlainTask* process(PlainTask* parent, PidNs* pid_ns);
    PlainTask* thread(PlainTask* leader);
    int next_pid_ = 1;
    std::map<PidNs*, int> next_number_;
};

} // namespace forkproof::tests::plain
