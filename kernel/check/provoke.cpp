#include "kernel/check/provoke.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/check/leaks.hpp"
#include "kernel/files/file.hpp"
#include "kernel/ipc/undo.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/page_table.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

namespace {

using Plant = void (*)(Task& child, Task& parent);

/// Grows the stack by `depth` frames, each of which is needed after the call.
[[gnu::noinline]] u32 recurse(u32 depth) {
    volatile u32 room[64];
    room[depth % 64] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + room[depth % 64];
}

/// An empty interrupt table: the next interrupt cannot be delivered, nor the fault about it, nor the one
/// about that.
void triple_fault() {
    struct {
        u16 limit;
        u32 base;
    } __attribute__((packed)) nothing = {0, 0};
    asm volatile("lidt %0; int3" : : "m"(nothing));
}

u32* volatile nowhere; ///< null, but the compiler does not know

void hang() {
    for (;;) asm volatile("" ::: "memory");
}

/// Gives the task a number in a pid namespace that nobody made, so that it stands outside its parent's.
PidNs* into_stray_pid_ns(Task& t) {
    Pid* pid = t.pids[PIDTYPE_PID].pid;
    auto* ns = create<PidNs>();
    FORKPROOF_ASSERT(ns);
    ns->level = pid->level;
    pid->numbers[pid->level].ns = ns;
    return ns;
}

void into_stray_user_ns(Task& t) { t.cred->user = create_user_ns(t.cred->user); }

u32* stack_pte(Task& t) { return find_pte(*t.mm, t.mm->start_stack); }

Completion nobody;

struct Row {
    const char* name;
    Plant plant;
};

constexpr Row rows[] = {
    // how a run can end
    {"panic", [](Task&, Task&) { panic("provoked"); }},
    {"page-fault", [](Task&, Task&) { (void)*static_cast<volatile u32*>(nowhere); }},
    {"stack-overflow", [](Task&, Task&) { (void)recurse(1000); }},
    {"triple-fault", [](Task&, Task&) { triple_fault(); }},
    {"hang", [](Task&, Task&) { hang(); }},
    {"no-verdict", [](Task&, Task&) { shutdown(); }},
    {"restored", [](Task&, Task&) {}}, // planted by provoke_after_failure
    {"leaks", try_all_leaks},
    {"sharing",
     [](Task& child, Task& parent) {
         put_files(child.files);
         get_files(parent.files);
         child.files = parent.files;
     }},
    // the invariants, in the order of invariants/predicates.hpp and privilege.hpp
    {"boot",
     [](Task&, Task&) { init_pid_ns->child_reaper->signal->flags &= ~static_cast<u32>(SIGNAL_UNKILLABLE); }},
    {"leader", [](Task& child, Task&) { child.tgid++; }},
    {"listed", [](Task& child, Task&) { child.tasks.unlink(); }},
    {"zombie-leader",
     [](Task& child, Task& parent) {
         child.group_leader = &parent;
         child.exit_state = EXIT_ZOMBIE;
     }},
    {"children", [](Task& child, Task&) { child.sibling.unlink(); }},
    {"group-signal", [](Task& child, Task& parent) { child.signal = parent.signal; }},
    {"group-sighand", [](Task& child, Task& parent) { child.signal = parent.signal; }},
    {"sighand-mm", [](Task& child, Task& parent) { child.sighand = parent.sighand; }},
    {"handler-mm",
     [](Task& child, Task& parent) {
         child.sighand->action[SIGUSR1 - 1].handler = child.mm->start_code;
         child.ghosts.handler_mm = parent.mm;
     }},
    {"group-parent", [](Task& child, Task& parent) { child.signal = parent.signal; }},
    {"group-userns",
     [](Task& child, Task& parent) {
         child.signal = parent.signal;
         into_stray_user_ns(child);
     }},
    {"group-pidns",
     [](Task& child, Task& parent) {
         child.signal = parent.signal;
         into_stray_pid_ns(child);
     }},
    {"fs-mnt", [](Task& child, Task&) { child.fs->root.mnt = create<Mount>(); }},
    {"undo-ipc", [](Task& child, Task&) { child.sysvsem = create_undo_list(create<IpcNs>()); }},
    {"fs-userns",
     [](Task& child, Task& parent) {
         child.fs = parent.fs;
         into_stray_user_ns(child);
     }},
    {"one-root", [](Task& child, Task&) { into_stray_pid_ns(child); }},
    {"nesting",
     [](Task& child, Task&) {
         into_stray_pid_ns(child)->child_reaper = &child;
         Pid* pid = child.pids[PIDTYPE_PID].pid;
         pid->numbers[pid->level].nr = 1;
     }},
    {"reaper", [](Task& child, Task&) { into_stray_pid_ns(child); }},
    {"reapable", [](Task& child, Task&) { child.real_parent = &init_task; }},
    {"older", [](Task& child, Task&) { child.serial = 0; }},
    {"unkillable", [](Task& child, Task&) { child.signal->flags |= SIGNAL_UNKILLABLE; }},
    {"nproc-count", [](Task& child, Task&) { child.cred->user->processes++; }},
    {"thread-count", [](Task&, Task&) { task_counts.nr_threads++; }},
    {"signal-live", [](Task& child, Task&) { child.signal->live++; }},
    {"exit-signal",
     [](Task& child, Task&) {
         child.exit_signal = SIGUSR1;
         child.exit_signal_chooser = child.serial;
     }},
    {"sched", [](Task& child, Task&) { child.policy = SCHED_FIFO; }},
    {"exec-decision",
     [](Task& child, Task& parent) {
         child.fs = parent.fs;
         parent.fs->in_exec = true;
     }},
    {"counts", [](Task& child, Task&) { child.files->count++; }},
    {"no-dangling", [](Task& child, Task&) { destroy(child.sighand); }},
    {"frame-counts", [](Task& child, Task&) { get_frame(pte_frame(*stack_pte(child))); }},
    {"cow", [](Task& child, Task&) { *stack_pte(child) |= PTE_WRITE; }},
    {"pids-unique", [](Task& child, Task& parent) { child.pid = parent.pid; }},
    {"vfork", [](Task& child, Task&) { child.vfork_done = &nobody; }},
    {"runqueue", [](Task& child, Task&) { child.run_list.unlink(); }},
    {"no-amplify", [](Task& child, Task&) { child.ghosts.unentitled = true; }},
    {"ns-trusted", [](Task& child, Task&) { child.ghosts.namespaces_untrusted = true; }},
};

const Row* armed;
u32 clones;
constexpr u32 PLANTED_AT = 3; // by then init, a program and a child of it live

} // namespace

void provoke_init(Text name) {
    if (name.size == 0) return;
    for (const Row& row : rows)
        if (Text(row.name) == name) armed = &row;
    calls_are_watched = true;
    if (armed) return;
    print("provoke={}: there is no such fault; known:", name);
    for (const Row& row : rows) print(" {}", row.name);
    print("\n");
    panic("the command line asks for a fault that is not known");
}

void provoke_after_clone(Task& child, Task& parent) {
    if (!armed || ++clones != PLANTED_AT) return;
    print("provoke={}: planted now, in pid {} and its parent {}\n", armed->name, child.pid, parent.pid);
    armed->plant(child, parent);
}

void provoke_after_failure(Task& caller) {
    if (armed && Text(armed->name) == "restored") caller.cred->user->processes++;
}

} // namespace forkproof
