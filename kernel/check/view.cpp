#include "kernel/check/view.hpp"
#include "kernel/ipc/undo.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/page_table.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

/// Open addressing; an entry of an earlier pass is free. Twice as large as there can be kernel stacks.
constexpr u32 SLOTS = 8192;
struct Slot {
    const void* key;
    u64 value;
    u32 pass;
} slots[SLOTS];
u32 last_pass;

u32 hash(const void* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)) / 16 * 2654435761U; }

} // namespace

KeyedValues::KeyedValues() : pass_(++last_pass) {}

bool KeyedValues::agrees(const void* key, u64 value) {
    for (u32 i = hash(key) % SLOTS, tried = 0; tried < SLOTS; i = (i + 1) % SLOTS, tried++) {
        Slot& s = slots[i];
        if (s.pass != pass_) {
            s = {key, value, pass_};
            return true;
        }
        if (s.key == key) return s.value == value;
    }
    return true; // more keys than there can be tasks: cannot happen
}

const void* TaskRef::undo_ipc_ns() const { return t_->sysvsem ? t_->sysvsem->ipc_ns : nullptr; }

bool TaskRef::has_handler() const { return t_->mm && has_handler_of_its_own(*t_->sighand); }

namespace {
const Task* first_init() { return init_pid_ns->child_reaper; }
} // namespace

bool KernelView::init_lives() const {
    return first_init() && is_live(first_init()) && first_init()->exit_state == EXIT_NONE;
}
bool KernelView::init_is_first() const { return first_init()->tgid == 1; }
bool KernelView::init_is_unkillable() const { return first_init()->signal->flags & SIGNAL_UNKILLABLE; }
bool KernelView::init_is_reaper() const {
    return pid_nr_ns(first_init()->pids[PIDTYPE_PID].pid, init_pid_ns) != 0;
}
u32 KernelView::nr_running() const { return forkproof::nr_running(); }

bool KernelView::listed_tasks_are_the_living() const {
    if (!census.list_is_sound) return false;
    bool holds = true;
    for_each_live(
        Kind::task,
        [](void* h, void* object) {
            const Task& t = *static_cast<Task*>(object);
            // Off the list are only the child that is being made, and a dead task that still runs on its
            // stack.
            const bool excused = &t == census.half_made || t.exit_state == EXIT_DEAD;
            if (t.seen_listed == census.number || excused) return;
            *static_cast<bool*>(h) = false;
            census.bad_task = &t;
        },
        &holds);
    return holds;
}

bool KernelView::every_of_kind(Kind kind, bool (*f)(void*, Counted), void* context) const {
    struct Walk {
        Kind kind;
        bool (*f)(void*, Counted);
        void* context;
        bool holds = true;
    } walk{kind, f, context};
    for_each_live(
        kind,
        [](void* w, void* object) {
            Walk& in = *static_cast<Walk*>(w);
            u32 count;
            if (!in.holds || !count_of(in.kind, object, count)) return;
            const u32 holders = checker_mark(object);
            if (in.f(in.context, {count, holders})) return;
            in.holds = false;
            census.bad_object = object;
            census.bad_kind = in.kind;
            census.bad_count = count;
            census.bad_holders = holders;
        },
        &walk);
    return walk.holds;
}

bool KernelView::each_user(bool (*f)(void*, UserRef), void* context) const {
    struct Walk {
        bool (*f)(void*, UserRef);
        void* context;
        bool holds = true;
    } walk{f, context};
    for_each_live(
        Kind::user,
        [](void* w, void* object) {
            Walk& in = *static_cast<Walk*>(w);
            const auto* user = static_cast<const User*>(object);
            u32 tasks = init_task.cred->user == user ? 1 : 0; // idle counts for the first user, as in Linux
            for_each_task([&](Task& t) { tasks += t.cred->user == user; });
            if (census.half_made && census.half_made->cred && census.half_made->cred->user == user) tasks++;
            if (in.f(in.context, {user->processes, tasks})) return;
            in.holds = false;
            census.bad_object = user;
            census.bad_kind = Kind::user;
            census.bad_count = user->processes;
            census.bad_holders = tasks;
        },
        &walk);
    return walk.holds;
}

bool KernelView::each_signal(bool (*f)(void*, GroupRef), void* context) const {
    return all([&](TaskRef a) {
        const Task& t = *a.task();
        if (!thread_group_leader(t)) return true;
        u32 living = 0;
        const Task* thread = &t;
        do {
            living += !(thread->flags & PF_EXITING);
            thread = List<Task, &Task::thread_group>::owner(thread->thread_group.next);
        } while (thread != &t);
        return f(context, {t.signal->live, living});
    });
}

bool KernelView::pids_are_unique() const {
    bool holds = all([](TaskRef a) {
        const Task& t = *a.task();
        const Pid* pid = t.pids[PIDTYPE_PID].pid;
        if (!pid || pid->numbers[0].nr != t.pid) return false;
        for (u32 level = 0; level <= pid->level; level++)
            if (find_task(pid->numbers[level].nr, pid->numbers[level].ns) != &t) return false;
        return true;
    });
    return holds;
}

namespace {

template <class F>
void for_each_user_page(F f) {
    for_each_live(
        Kind::mm,
        [](void* c, void* mm) {
            for_each_page(
                *static_cast<Mm*>(mm),
                [](void* inner, u32 address, Pfn frame, u32 pte) {
                    (*static_cast<F*>(inner))(address, frame, pte);
                },
                c);
        },
        &f);
}

/// Counts how many page tables map each frame; the two invariants about frames read it.
void tally_frames() {
    for_each_user_page([](u32, Pfn frame, u32) { frame_tally(frame)++; });
}

} // namespace

bool KernelView::frame_counts_are_right() const {
    tally_frames();
    bool holds = true;
    u32 distinct = 0;
    for_each_user_page([&](u32 address, Pfn frame, u32) {
        u16& tally = frame_tally(frame);
        if (tally == 0) return; // judged already
        distinct++;
        if (holds && (frame_count(frame) != tally || frame_use(frame) != FrameUse::user)) {
            holds = false;
            census.bad_frame = frame;
            census.bad_address = address;
            census.bad_count = frame_count(frame);
            census.bad_holders = tally;
        }
        tally = 0;
    });
    return holds && distinct == frame_totals().used[static_cast<int>(FrameUse::user)];
}

bool KernelView::shared_pages_are_read_only() const {
    bool holds = true;
    for_each_user_page([&](u32 address, Pfn frame, u32 pte) {
        if (!holds || frame_count(frame) == 1 || !(pte & PTE_WRITE)) return;
        holds = false;
        census.bad_frame = frame;
        census.bad_address = address;
    });
    return holds;
}

} // namespace forkproof
