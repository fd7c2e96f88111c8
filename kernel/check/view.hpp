// The kernel's view of the task system: what invariants/predicates.hpp asks, answered from living objects.
#pragma once
#include "kernel/check/ghosts.hpp"
#include "kernel/check/references.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

/// Everything that one check counts before it judges: tallies of holders, marks on tasks, sums.
struct Census {
    u32 number = 0; ///< of this check; marks of earlier ones do not count
    const Task* half_made = nullptr;
    u32 tasks = 0, leaders = 0, children = 0, runqueue_length = 0;
    bool list_is_sound = true;
    // The first thing found wrong, for the report.
    const char* dangling_field = nullptr;
    Kind dangling_kind = Kind::count;
    const void* dangling = nullptr;
    const void* bad_object = nullptr;
    Kind bad_kind = Kind::count;
    u32 bad_count = 0, bad_holders = 0;
    Pfn bad_frame = Pfn::none;
    u32 bad_address = 0;
    const Task* bad_task = nullptr;
};
extern Census census;

/// Counts everything anew. `half_made` is the child of a clone under way, or null.
void take_census(const Task* half_made);

/// A task as the predicates see it. A null task answers null or 0 to everything.
class TaskRef {
  public:
    explicit TaskRef(const Task* t) : t_(t) {}
    bool operator==(const TaskRef&) const = default;

    [[nodiscard]] const Task* task() const { return t_; }
    [[nodiscard]] TaskRef leader() const { return TaskRef(t_ ? t_->group_leader : nullptr); }
    [[nodiscard]] TaskRef parent() const { return TaskRef(t_ ? t_->real_parent : nullptr); }
    [[nodiscard]] i32 pid() const { return t_ ? t_->pid : 0; }
    [[nodiscard]] i32 tgid() const { return t_ ? t_->tgid : 0; }
    [[nodiscard]] u64 age() const { return t_ ? t_->serial : 0; }

    [[nodiscard]] const void* signal() const { return t_ ? t_->signal : nullptr; }
    [[nodiscard]] const void* sighand() const { return t_ ? t_->sighand : nullptr; }
    [[nodiscard]] const void* living_sighand() const { return t_ && t_->mm ? t_->sighand : nullptr; }
    [[nodiscard]] const void* mm() const { return t_ ? t_->mm : nullptr; }
    [[nodiscard]] bool has_handler() const; ///< of its own choice, while it has memory
    [[nodiscard]] const void* handler_mm() const { return t_->ghosts.handler_mm; }
    [[nodiscard]] const void* fs() const { return t_ ? t_->fs : nullptr; }
    [[nodiscard]] const void* fs_in_exec() const {
        return t_ && t_->fs && t_->fs->in_exec ? t_->fs : nullptr;
    }
    [[nodiscard]] const void* user_ns() const { return t_ ? t_->cred->user->user_ns : nullptr; }
    /// The idle task is in none: no program can name it, nor be waited for by it.
    [[nodiscard]] const PidNs* pid_ns() const {
        return t_ && t_ != &init_task ? task_active_pid_ns(*t_) : nullptr;
    }
    [[nodiscard]] const PidNs* pid_ns_parent() const { return pid_ns() ? pid_ns()->parent : nullptr; }
    [[nodiscard]] TaskRef reaper() const { return TaskRef(pid_ns() ? pid_ns()->child_reaper : nullptr); }

    [[nodiscard]] bool has_fs() const { return t_->fs && t_->nsproxy; }
    [[nodiscard]] const void* mnt_ns() const { return t_->nsproxy ? t_->nsproxy->mnt_ns : nullptr; }
    [[nodiscard]] const void* root_mnt_ns() const { return t_->fs ? t_->fs->root.mnt->mnt_ns : nullptr; }
    [[nodiscard]] const void* pwd_mnt_ns() const { return t_->fs ? t_->fs->pwd.mnt->mnt_ns : nullptr; }
    [[nodiscard]] bool has_undo() const { return t_->sysvsem && t_->nsproxy; }
    [[nodiscard]] const void* undo_ipc_ns() const;
    [[nodiscard]] const void* ipc_ns() const { return t_->nsproxy ? t_->nsproxy->ipc_ns : nullptr; }

    [[nodiscard]] bool is_zombie() const { return t_->exit_state == EXIT_ZOMBIE; }
    [[nodiscard]] bool is_dying() const {
        return (t_->flags & PF_EXITING) || (t_->signal->flags & SIGNAL_GROUP_EXIT) || t_->pending != 0;
    }
    [[nodiscard]] bool is_in_parents_children() const { return t_->seen_as_child == census.number; }
    [[nodiscard]] bool is_first_init() const { return t_ && t_->tgid == 1; }
    /// It never leaves ring 0; its parent is the idle task, which waits for nobody.
    [[nodiscard]] bool is_kernel_thread() const { return (t_->flags & PF_KTHREAD) && !t_->mm; }
    /// Its group has the number 1 in its own namespace.
    [[nodiscard]] bool is_ns_init() const {
        return t_ && pid_nr_ns(t_->group_leader->pids[PIDTYPE_PID].pid, leader().pid_ns()) == 1;
    }
    /// An init whose namespace has been killed: what is left of it is its own zombie.
    [[nodiscard]] bool is_dead_ns_init() const {
        return is_ns_init() && !is_first_init() && (t_->flags & PF_EXITING);
    }
    [[nodiscard]] bool is_unkillable() const { return t_->signal->flags & SIGNAL_UNKILLABLE; }
    [[nodiscard]] bool reaper_is_alive() const { return reaper().t_ && reaper().t_->exit_state == EXIT_NONE; }
    [[nodiscard]] bool parent_can_wait() const {
        return t_->real_parent && t_->real_parent != &init_task && t_->real_parent->exit_state == EXIT_NONE;
    }
    [[nodiscard]] bool is_privileged() const { return is_privileged_task(*t_); }
    [[nodiscard]] bool is_entitled() const { return !t_->ghosts.unentitled; }
    [[nodiscard]] bool namespaces_are_trusted() const { return !t_->ghosts.namespaces_untrusted; }
    [[nodiscard]] int exit_signal() const { return t_->exit_signal; }
    [[nodiscard]] int sigchld() const { return SIGCHLD; }
    [[nodiscard]] u64 exit_signal_chooser() const { return t_->exit_signal_chooser; }
    [[nodiscard]] bool has_rt_prio() const { return rt_prio(t_->prio); }
    [[nodiscard]] bool has_rt_policy() const { return t_->policy == SCHED_FIFO || t_->policy == SCHED_RR; }
    [[nodiscard]] bool is_vforked() const { return t_->vfork_done; }
    [[nodiscard]] bool vfork_parent_sleeps() const {
        const Task* parent = t_->vfork_done ? t_->vfork_done->waiter : nullptr;
        return parent && (parent->state == TASK_UNINTERRUPTIBLE || parent == current());
    }
    [[nodiscard]] bool has_the_mm_it_was_born_with() const {
        return t_->vfork_done && t_->vfork_done->mm == t_->mm;
    }
    [[nodiscard]] bool is_runnable() const { return t_->state == TASK_RUNNING; }
    [[nodiscard]] bool is_on_runqueue() const { return t_->seen_on_runqueue == census.number; }

  private:
    const Task* t_;
};

/// Remembers what each key was first seen with: makes `determines` one pass instead of all pairs.
class KeyedValues {
  public:
    KeyedValues();
    /// True if this key has this value now, or had none before.
    bool agrees(const void* key, u64 value);

  private:
    u32 pass_;
};

/// The view itself.
class KernelView {
  public:
    template <class F>
    bool all(F f) const {
        bool holds = true;
        for_each_task([&](Task& t) {
            if (!holds || f(TaskRef(&t))) return;
            holds = false;
            census.bad_task = &t;
        });
        return holds;
    }
    template <class K, class V>
    bool determines(K key, V value) const {
        KeyedValues seen;
        return all([&](TaskRef a) {
            const void* k = word_of(key(a));
            return k == nullptr ||
                   seen.agrees(k, static_cast<u64>(reinterpret_cast<std::uintptr_t>(word_of(value(a)))));
        });
    }
    [[nodiscard]] bool implies(bool p, bool q) const { return !p || q; }
    template <class A, class B>
    [[nodiscard]] bool same(A a, B b) const {
        return a == b;
    }
    [[nodiscard]] bool less(u64 a, u64 b) const { return a < b; }

    struct Counted {
        u32 count_, holders_;
        [[nodiscard]] u32 count() const { return count_; }
        [[nodiscard]] u32 holders() const { return holders_; }
    };
    struct UserRef {
        u32 processes_, tasks_;
        [[nodiscard]] u32 processes() const { return processes_; }
        [[nodiscard]] u32 tasks() const { return tasks_; }
    };
    struct GroupRef {
        u32 live_, living_;
        [[nodiscard]] u32 live() const { return live_; }
        [[nodiscard]] u32 living_threads() const { return living_; }
    };
    /// One object of each counted kind at a time, until f answers false.
    template <class F>
    bool every_object(F f) const {
        for (int k = 0; k < KIND_COUNT; k++)
            if (!every_of_kind(
                    static_cast<Kind>(k), [](void* c, Counted o) { return (*static_cast<F*>(c))(o); }, &f))
                return false;
        return true;
    }
    template <class F>
    bool every_user(F f) const {
        return each_user([](void* c, UserRef u) { return (*static_cast<F*>(c))(u); }, &f);
    }
    template <class F>
    bool every_signal(F f) const {
        return each_signal([](void* c, GroupRef g) { return (*static_cast<F*>(c))(g); }, &f);
    }

    [[nodiscard]] bool init_lives() const;
    [[nodiscard]] bool init_is_first() const;
    [[nodiscard]] bool init_is_unkillable() const;
    [[nodiscard]] bool init_is_reaper() const;
    [[nodiscard]] bool listed_tasks_are_the_living() const;
    [[nodiscard]] bool children_lists_are_consistent() const { return census.children == census.leaders; }
    [[nodiscard]] u32 nr_threads() const { return task_counts.nr_threads; }
    [[nodiscard]] u32 tasks() const { return census.tasks; }
    [[nodiscard]] u32 process_counts() const { return task_counts.process_counts; }
    [[nodiscard]] u32 leaders() const { return census.leaders; }
    [[nodiscard]] u32 nr_running() const;
    [[nodiscard]] u32 runqueue_length() const { return census.runqueue_length; }
    [[nodiscard]] bool no_dangling_pointer() const { return census.dangling == nullptr; }
    [[nodiscard]] bool frame_counts_are_right() const;
    [[nodiscard]] bool shared_pages_are_read_only() const;
    [[nodiscard]] bool pids_are_unique() const;

  private:
    static const void* word_of(const void* p) { return p; }
    static const void* word_of(TaskRef t) { return t.task(); }
    bool every_of_kind(Kind kind, bool (*f)(void*, Counted), void* context) const;
    bool each_user(bool (*f)(void*, UserRef), void* context) const;
    bool each_signal(bool (*f)(void*, GroupRef), void* context) const;
};

} // namespace forkproof
