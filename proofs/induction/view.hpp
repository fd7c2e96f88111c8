// The prover's view of a state: what invariants/predicates.hpp asks, answered in Z3 terms. No quantifier
// reaches Z3: what is assumed of all tasks is said of the tasks at hand, and a goal about all tasks is stated
// of two that are anything.
#pragma once
#include "proofs/induction/state.hpp"
#include <stdexcept>
#include <utility>

namespace forkproof::proofs::induction {

/// Thrown when a predicate asks for what this model leaves out.
struct NotModelled : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A task as the predicates see it.
class TaskTerm {
  public:
    TaskTerm(const State* s, const z3::expr& t) : s_(s), t_(t) {}
    [[nodiscard]] const z3::expr& term() const { return t_; }
    [[nodiscard]] z3::expr listed() const { return s_->listed(t_); }

    [[nodiscard]] TaskTerm leader() const { return {s_, s_->leader(t_)}; }
    [[nodiscard]] TaskTerm parent() const { return {s_, s_->parent(t_)}; }
    [[nodiscard]] TaskTerm reaper() const { return {s_, s_->reaper(pid_ns())}; }
    [[nodiscard]] z3::expr pid() const { return s_->pid(t_); }
    [[nodiscard]] z3::expr tgid() const { return s_->tgid(t_); }
    [[nodiscard]] z3::expr age() const { return s_->age(t_); }
    [[nodiscard]] z3::expr signal() const { return s_->signal(t_); }
    [[nodiscard]] z3::expr sighand() const { return s_->sighand(t_); }
    [[nodiscard]] z3::expr living_sighand() const { return z3::ite(mm() != nil(), sighand(), nil()); }
    [[nodiscard]] z3::expr has_handler() const { return mm() != nil() && handler_mm() != nil(); }
    [[nodiscard]] z3::expr handler_mm() const { return s_->handler_mm(sighand()); }
    [[nodiscard]] z3::expr mm() const { return s_->mm(t_); }
    [[nodiscard]] z3::expr fs() const { return s_->fs(t_); }
    [[nodiscard]] z3::expr fs_in_exec() const { return z3::ite(s_->in_exec(fs()), fs(), nil()); }
    [[nodiscard]] z3::expr user_ns() const { return s_->user_ns(s_->user(t_)); }
    [[nodiscard]] z3::expr pid_ns() const { return s_->pid_ns(t_); }
    [[nodiscard]] z3::expr pid_ns_parent() const { return s_->pid_ns_parent(pid_ns()); }
    [[nodiscard]] z3::expr has_fs() const { return fs() != nil() && s_->nsproxy(t_) != nil(); }
    [[nodiscard]] z3::expr mnt_ns() const { return s_->mnt_ns(s_->nsproxy(t_)); }
    [[nodiscard]] z3::expr root_mnt_ns() const { return s_->fs_root(fs()); }
    [[nodiscard]] z3::expr pwd_mnt_ns() const { return s_->fs_pwd(fs()); }
    [[nodiscard]] z3::expr has_undo() const { return s_->undo(t_) != nil() && s_->nsproxy(t_) != nil(); }
    [[nodiscard]] z3::expr undo_ipc_ns() const { return s_->undo_ipc_ns(s_->undo(t_)); }
    [[nodiscard]] z3::expr ipc_ns() const { return s_->ipc_ns(s_->nsproxy(t_)); }
    [[nodiscard]] z3::expr is_zombie() const { return s_->zombie(t_); }
    [[nodiscard]] z3::expr is_dying() const { return s_->exiting(t_); }
    [[nodiscard]] z3::expr is_in_parents_children() const { return s_->list_of(t_) == s_->parent(t_); }
    [[nodiscard]] z3::expr is_first_init() const { return tgid() == 1; }
    [[nodiscard]] z3::expr is_kernel_thread() const { return s_->kernel(t_); }
    [[nodiscard]] z3::expr is_ns_init() const { return s_->first_in_ns(s_->leader(t_)); }
    [[nodiscard]] z3::expr is_dead_ns_init() const { return is_ns_init() && !is_first_init() && is_dying(); }
    [[nodiscard]] z3::expr is_unkillable() const { return s_->unkillable(signal()); }
    [[nodiscard]] z3::expr reaper_is_alive() const { return reaper().listed() && !reaper().is_zombie(); }
    [[nodiscard]] z3::expr parent_can_wait() const { return parent().listed() && !parent().is_zombie(); }
    [[nodiscard]] z3::expr exit_signal() const { return s_->exit_signal(t_); }
    [[nodiscard]] z3::expr sigchld() const { return s_->z3->bv_val(17, 32); } // Linux's SIGCHLD on i386
    [[nodiscard]] z3::expr exit_signal_chooser() const { return s_->exit_signal_chooser(t_); }
    [[nodiscard]] z3::expr has_rt_prio() const { return s_->rt_prio(t_); }
    [[nodiscard]] z3::expr has_rt_policy() const { return s_->rt_policy(t_); }
    [[nodiscard]] z3::expr is_vforked() const { return s_->vfork_waiter(t_) != s_->sorts.nobody; }
    [[nodiscard]] z3::expr vfork_parent_sleeps() const { return s_->sleeps(s_->vfork_waiter(t_)); }
    [[nodiscard]] z3::expr has_the_mm_it_was_born_with() const { return s_->born_with(t_) == mm(); }
    [[nodiscard]] z3::expr is_runnable() const { throw NotModelled("the run queue"); }
    [[nodiscard]] z3::expr is_on_runqueue() const { throw NotModelled("the run queue"); }

    // Of privilege (privilege.hpp) and of what only a proof needs (auxiliary.hpp).
    [[nodiscard]] z3::expr is_privileged() const { return s_->caps(t_); }
    [[nodiscard]] z3::expr is_entitled() const { return s_->entitled(t_); }
    [[nodiscard]] z3::expr is_root() const { return s_->root(t_); }
    [[nodiscard]] z3::expr user_ns_is_trusted() const { return s_->userns_trusted(user_ns()); }
    [[nodiscard]] z3::expr namespaces_are_trusted() const {
        return s_->nsproxy(t_) == nil() || s_->made_by_privilege(s_->nsproxy(t_));
    }
    [[nodiscard]] z3::expr is_asleep() const { return s_->sleeps(t_); }
    [[nodiscard]] z3::expr vfork_waiter() const { return s_->vfork_waiter(t_); }

  private:
    [[nodiscard]] const z3::expr& nil() const { return s_->sorts.nil; }
    const State* s_;
    z3::expr t_;
};

/// The view. `tasks` and `objects` are those that a predicate is said of.
class ProofView {
  public:
    /// An assumption: every predicate is said of all of these tasks and objects, and of all pairs.
    /// A goal is the same with two tasks and one object that are anything.
    ProofView(const State& s, std::vector<z3::expr> tasks, std::vector<z3::expr> objects)
        : s_(&s), tasks_(std::move(tasks)), objects_(std::move(objects)) {}

    template <class F>
    z3::expr all(F f) const {
        z3::expr_vector each(*s_->z3);
        for (const z3::expr& t : tasks_) each.push_back(z3::implies(s_->listed(t), f(TaskTerm(s_, t))));
        return z3::mk_and(each);
    }
    template <class K, class V>
    z3::expr determines(K key, V value) const {
        z3::expr_vector each(*s_->z3);
        for (std::size_t i = 0; i < tasks_.size(); i++)
            for (std::size_t k = 0; k < i; k++) {
                const TaskTerm a(s_, tasks_[i]), b(s_, tasks_[k]);
                const z3::expr ka = word(key(a)), kb = word(key(b));
                each.push_back(z3::implies(a.listed() && b.listed() && ka != null_of(ka) && ka == kb,
                                           word(value(a)) == word(value(b))));
            }
        return z3::mk_and(each);
    }
    [[nodiscard]] z3::expr implies(const z3::expr& p, const z3::expr& q) const { return z3::implies(p, q); }
    template <class A, class B>
    [[nodiscard]] z3::expr same(const A& a, const B& b) const {
        return word(a) == word(b);
    }
    [[nodiscard]] z3::expr less(const z3::expr& a, const z3::expr& b) const { return a < b; }

    struct Counted {
        z3::expr count_, holders_;
        [[nodiscard]] z3::expr count() const { return count_; }
        [[nodiscard]] z3::expr holders() const { return holders_; }
    };
    template <class F>
    z3::expr every_object(F f) const {
        z3::expr_vector each(*s_->z3);
        for (const State::Kind& k : s_->kinds)
            for (const z3::expr& o : objects_)
                each.push_back(z3::implies(k.exists(o), f(Counted{k.count(o), k.holders(o)})));
        return z3::mk_and(each);
    }
    struct UserTerm {
        z3::expr processes_, tasks_;
        [[nodiscard]] z3::expr processes() const { return processes_; }
        [[nodiscard]] z3::expr tasks() const { return tasks_; }
    };
    template <class F>
    z3::expr every_user(F f) const {
        z3::expr_vector each(*s_->z3);
        for (const z3::expr& u : objects_)
            each.push_back(z3::implies(s_->user_exists(u), f(UserTerm{s_->processes(u), s_->tasks_of(u)})));
        return z3::mk_and(each);
    }
    struct GroupTerm {
        z3::expr live_, living_;
        [[nodiscard]] z3::expr live() const { return live_; }
        [[nodiscard]] z3::expr living_threads() const { return living_; }
    };
    template <class F>
    z3::expr every_signal(F f) const {
        return all([this, f](const TaskTerm& a) {
            return z3::implies(a.leader().term() == a.term(),
                               f(GroupTerm{s_->live(a.signal()), s_->living(a.signal())}));
        });
    }

    [[nodiscard]] z3::expr init_lives() const { return s_->listed(init()) && !s_->zombie(init()); }
    [[nodiscard]] z3::expr init_is_first() const { return s_->tgid(init()) == 1; }
    [[nodiscard]] z3::expr init_is_unkillable() const { return s_->unkillable(s_->signal(init())); }
    [[nodiscard]] z3::expr init_is_reaper() const { return s_->pid_ns(init()) == s_->first_pid_ns; }
    [[nodiscard]] z3::expr listed_tasks_are_the_living() const { throw NotModelled("the task list itself"); }
    [[nodiscard]] z3::expr children_lists_are_consistent() const {
        return all([this](const TaskTerm& a) {
            return a.leader().term() == a.term() || s_->list_of(a.term()) == s_->sorts.nobody;
        });
    }
    [[nodiscard]] z3::expr nr_threads() const { return s_->nr_threads; }
    [[nodiscard]] z3::expr tasks() const { return s_->tasks; }
    [[nodiscard]] z3::expr process_counts() const { return s_->process_counts; }
    [[nodiscard]] z3::expr leaders() const { return s_->leaders; }
    [[nodiscard]] z3::expr no_dangling_pointer() const;
    [[nodiscard]] z3::expr frame_counts_are_right() const { throw NotModelled("page frames"); }
    [[nodiscard]] z3::expr shared_pages_are_read_only() const { throw NotModelled("page frames"); }
    [[nodiscard]] z3::expr pids_are_unique() const { throw NotModelled("numbers in outer namespaces"); }
    [[nodiscard]] z3::expr nr_running() const { throw NotModelled("the run queue"); }
    [[nodiscard]] z3::expr runqueue_length() const { throw NotModelled("the run queue"); }

    [[nodiscard]] z3::expr init() const { return s_->reaper(s_->first_pid_ns); }
    [[nodiscard]] TaskTerm first() const { return {s_, init()}; }
    [[nodiscard]] z3::expr clock() const { return s_->clock; }
    [[nodiscard]] z3::expr nought() const { return s_->z3->int_val(0); }
    /// A task has what every task has, until it exits what a living one needs, and then none of it.
    [[nodiscard]] z3::expr is_whole(const TaskTerm& a) const;
    [[nodiscard]] const State& state() const { return *s_; }

  private:
    static z3::expr word(const z3::expr& e) { return e; }
    static z3::expr word(const TaskTerm& t) { return t.term(); }
    [[nodiscard]] z3::expr null_of(const z3::expr& e) const {
        if (e.is_int()) return s_->z3->int_val(0);
        return z3::eq(e.get_sort(), s_->sorts.task) ? s_->sorts.nobody : s_->sorts.nil;
    }

    const State* s_;
    std::vector<z3::expr> tasks_, objects_;
};

} // namespace forkproof::proofs::induction
