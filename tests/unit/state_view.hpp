// The tests' view of a plain state: what invariants/predicates.hpp asks, answered as its sentences say,
// without a glance at how the kernel's view does it.
#pragma once
#include "tests/unit/plain_state.hpp"
#include <set>

namespace forkproof::tests::plain {

/// A task as the predicates see it. A null task answers null, 0 or false to everything.
class TaskRef {
  public:
    TaskRef(const State* s, const PlainTask* t) : s_(s), t_(t) {}
    bool operator==(const TaskRef&) const = default;
    explicit operator bool() const { return t_ != nullptr; }

    [[nodiscard]] TaskRef leader() const { return TaskRef(s_, t_ ? t_->leader : nullptr); }
    [[nodiscard]] TaskRef parent() const { return TaskRef(s_, t_ ? t_->parent : nullptr); }
    [[nodiscard]] int pid() const { return t_ ? t_->pid : 0; }
    [[nodiscard]] int tgid() const { return t_ ? t_->tgid : 0; }
    [[nodiscard]] unsigned age() const { return t_ ? t_->age : 0; }
    [[nodiscard]] const Signal* signal() const { return t_ ? t_->signal : nullptr; }
    [[nodiscard]] const Sighand* sighand() const { return t_ ? t_->sighand : nullptr; }
    [[nodiscard]] const Sighand* living_sighand() const { return t_ && t_->mm ? t_->sighand : nullptr; }
    [[nodiscard]] const Mm* mm() const { return t_ ? t_->mm : nullptr; }
    [[nodiscard]] bool has_handler() const { return t_ && t_->mm && t_->sighand->has_handler; }
    [[nodiscard]] const Mm* handler_mm() const { return t_ ? t_->handler_mm : nullptr; }
    [[nodiscard]] const Fs* fs() const { return t_ ? t_->fs : nullptr; }
    [[nodiscard]] const Fs* fs_in_exec() const { return fs() && fs()->in_exec ? fs() : nullptr; }
    [[nodiscard]] const UserNs* user_ns() const { return t_ ? t_->user->user_ns : nullptr; }
    [[nodiscard]] PidNs* pid_ns() const { return t_ ? t_->pid_ns : nullptr; }
    [[nodiscard]] PidNs* pid_ns_parent() const { return pid_ns() ? pid_ns()->parent : nullptr; }
    [[nodiscard]] TaskRef reaper() const { return TaskRef(s_, pid_ns() ? pid_ns()->reaper : nullptr); }
    [[nodiscard]] bool has_fs() const { return t_ && t_->fs && t_->nsproxy; }
    [[nodiscard]] const MntNs* mnt_ns() const { return has_fs() ? t_->nsproxy->mnt_ns : nullptr; }
    [[nodiscard]] const MntNs* root_mnt_ns() const { return has_fs() ? t_->fs->root : nullptr; }
    [[nodiscard]] const MntNs* pwd_mnt_ns() const { return has_fs() ? t_->fs->pwd : nullptr; }
    [[nodiscard]] bool has_undo() const { return t_ && t_->undo && t_->nsproxy; }
    [[nodiscard]] const IpcNs* undo_ipc_ns() const { return has_undo() ? t_->undo->ipc_ns : nullptr; }
    [[nodiscard]] const IpcNs* ipc_ns() const { return t_ && t_->nsproxy ? t_->nsproxy->ipc_ns : nullptr; }
    [[nodiscard]] bool is_zombie() const { return t_ && t_->doing == Doing::zombie; }
    [[nodiscard]] bool is_dying() const { return t_ && t_->exiting; }
    [[nodiscard]] bool is_in_parents_children() const {
        if (!t_ || !t_->parent) return true; // init's parent is the idle task, which is not in the state
        return std::ranges::count(t_->parent->children, t_) == 1;
    }
    [[nodiscard]] bool is_first_init() const { return tgid() == 1; }
    [[nodiscard]] bool is_kernel_thread() const { return false; } // there is none in the state
    [[nodiscard]] bool is_in_init_group() const {
        const TaskRef first = leader();
        if (!first) return false;
        const auto number = first.t_->numbers.find(first.pid_ns());
        return number != first.t_->numbers.end() && number->second == 1;
    }
    [[nodiscard]] bool is_dead_ns_init() const {
        return is_in_init_group() && !is_first_init() && is_dying();
    }
    [[nodiscard]] bool is_ns_init() const { return reaper().signal() == signal() && !is_dead_ns_init(); }
    [[nodiscard]] bool is_unkillable() const { return signal() && signal()->unkillable; }
    [[nodiscard]] bool reaper_is_alive() const { return reaper() && !reaper().is_zombie(); }
    [[nodiscard]] bool parent_can_wait() const { return parent() && !parent().is_zombie(); }
    [[nodiscard]] int exit_signal() const { return t_ ? t_->exit_signal : 0; }
    [[nodiscard]] int sigchld() const { return 17; }
    [[nodiscard]] unsigned exit_signal_chooser() const { return t_ ? t_->exit_signal_chooser : 0; }
    [[nodiscard]] bool has_rt_prio() const { return t_ && t_->rt_prio; }
    [[nodiscard]] bool has_rt_policy() const { return t_ && t_->rt_policy; }
    [[nodiscard]] bool is_vforked() const { return t_ && t_->vfork_waiter; }
    [[nodiscard]] bool vfork_parent_sleeps() const {
        return is_vforked() && t_->vfork_waiter->doing == Doing::sleeps_for_vfork;
    }
    [[nodiscard]] bool has_the_mm_it_was_born_with() const { return t_ && t_->born_with == t_->mm; }
    [[nodiscard]] bool is_runnable() const { return t_ && t_->doing == Doing::runs; }
    [[nodiscard]] bool is_on_runqueue() const { return std::ranges::count(s_->runqueue, t_) == 1; }
    [[nodiscard]] const PlainTask* task() const { return t_; }

  private:
    const State* s_;
    const PlainTask* t_;
};

/// What each predicate is given: see invariants/predicates.hpp for what the names mean.
struct StateView {
    const State* s;

    template <class F>
    bool all(F f) const {
        return std::ranges::all_of(s->listed, [&](const PlainTask* t) { return f(TaskRef(s, t)); });
    }
    template <class K, class V>
    bool determines(K key, V value) const {
        return all([&](TaskRef a) {
            return all([&](TaskRef b) { return !key(a) || !(key(a) == key(b)) || value(a) == value(b); });
        });
    }
    [[nodiscard]] bool implies(bool p, bool q) const { return !p || q; }
    template <class A, class B>
    [[nodiscard]] bool same(A a, B b) const {
        return a == b;
    }
    [[nodiscard]] bool less(unsigned a, unsigned b) const { return a < b; }

    struct ObjectRef {
        unsigned count_, holders_;
        [[nodiscard]] unsigned count() const { return count_; }
        [[nodiscard]] unsigned holders() const { return holders_; }
    };
    template <class F>
    bool every_object(F f) const {
        bool holds = true;
        s->each_object([&](const Counted& o, unsigned holders) {
            holds = holds && f(ObjectRef{o.count, holders});
        });
        return holds;
    }
    struct UserRef {
        unsigned processes_, tasks_;
        [[nodiscard]] unsigned processes() const { return processes_; }
        [[nodiscard]] unsigned tasks() const { return tasks_; }
    };
    template <class F>
    bool every_user(F f) const {
        return std::ranges::all_of(s->users, [&](const auto& u) {
            const auto tasks = std::ranges::count_if(s->listed, [&](auto* t) { return t->user == u.get(); });
            return f(UserRef{u->processes, static_cast<unsigned>(tasks)});
        });
    }
    struct GroupRef {
        unsigned live_, living_;
        [[nodiscard]] unsigned live() const { return live_; }
        [[nodiscard]] unsigned living_threads() const { return living_; }
    };
    template <class F>
    bool every_signal(F f) const {
        return all([&](TaskRef a) {
            if (!(a.leader() == a)) return true;
            const auto living = std::ranges::count_if(
                s->listed, [&](auto* t) { return t->leader == a.task() && !t->exiting; });
            return f(GroupRef{a.signal()->live, static_cast<unsigned>(living)});
        });
    }

    [[nodiscard]] bool init_lives() const {
        return std::ranges::count(s->listed, s->init) != 0 && s->init->doing != Doing::zombie;
    }
    [[nodiscard]] bool init_is_first() const { return s->init->tgid == 1; }
    [[nodiscard]] bool init_is_unkillable() const { return s->init->signal->unkillable; }
    [[nodiscard]] bool init_is_reaper() const { return s->first_pid_ns->reaper == s->init; }
    [[nodiscard]] bool listed_tasks_are_the_living() const {
        return s->listed.size() == s->living.size() && std::ranges::all_of(s->living, [&](const auto& t) {
                   return std::ranges::count(s->listed, t.get()) == 1;
               });
    }
    [[nodiscard]] bool children_lists_are_consistent() const {
        return all([&](TaskRef a) {
            return std::ranges::all_of(a.task()->children, [&](const PlainTask* child) {
                return child->parent == a.task() && child->leader == child;
            });
        });
    }
    [[nodiscard]] unsigned nr_threads() const { return s->nr_threads; }
    [[nodiscard]] unsigned tasks() const { return static_cast<unsigned>(s->listed.size()); }
    [[nodiscard]] unsigned process_counts() const { return s->process_counts; }
    [[nodiscard]] unsigned leaders() const {
        return static_cast<unsigned>(
            std::ranges::count_if(s->listed, [](auto* t) { return t->leader == t; }));
    }
    [[nodiscard]] bool no_dangling_pointer() const {
        return std::ranges::none_of(s->references(), [](const auto& r) { return r.first->freed; });
    }
    [[nodiscard]] bool frame_counts_are_right() const {
        std::map<unsigned, unsigned> mapped;
        for (const auto& mm : s->mms)
            for (const Page& page : mm->pages) mapped[page.frame]++;
        return mapped == s->frame_counts;
    }
    [[nodiscard]] bool shared_pages_are_read_only() const {
        return std::ranges::all_of(s->mms, [&](const auto& mm) {
            return std::ranges::all_of(mm->pages, [&](const Page& page) {
                return !page.writable || s->frame_counts.at(page.frame) == 1;
            });
        });
    }
    [[nodiscard]] bool pids_are_unique() const {
        std::set<std::pair<const PidNs*, int>> taken;
        return all([&](TaskRef a) {
            return std::ranges::all_of(a.task()->numbers,
                                       [&](const auto& n) { return taken.insert(n).second; });
        });
    }
    [[nodiscard]] unsigned nr_running() const { return s->nr_running; }
    [[nodiscard]] unsigned runqueue_length() const { return static_cast<unsigned>(s->runqueue.size()); }
};

} // namespace forkproof::tests::plain
