#include "proofs/mutants/explained.hpp"

namespace forkproof::proofs::mutants {

const std::vector<DeadCode>& dead_code() {
    static const std::vector<DeadCode> rows{
        {"do_syscall", "", "calls that do not exist: the theorems make the three that fork"},
        {"prepare_return_to_user", "",
         "signals and pre-emption on the way to ring 3 are assumed away, by name"},
        {"copy_process", "acquire_watched", "steps are watched only under fail= and check=step"},
        {"copy_process", "error == Errno::OK", "as above"},
        {"put_file", "", "a file that loses its last descriptor: no start state has one"},
        {"put_pid_ns", "", "a namespace that goes with all above it: no start state has one"},
        {"put_user_struct", "", "as put_pid_ns"},
        {"put_ipc_ns", "", "a second set in a namespace"},
        {"put_undo_list", "", "an undo list that speaks of a second set"},
        {"destroy_sem_set", "", "a second one who sleeps for the set, or has something to undo on it"},
        {"operate_all", "", "a third operation is taken back"},
        {"map_region", "", "a mapping below others: fork copies them in their order"},
        {"number_of.isra.0", "", "a number that is not visible: no start state asks for one"},
        {"proc_evict", "", "an inode that tells of a task: no start state has one"},
        {"free_inode", "", "as put_fs; of a super block that a fork has made the root alone goes"},
        {"put_fs", "", "an inode, or its file system, that nobody else holds: the caller stands there too"},
        {"put_mount", "", "as put_fs"},
        {"put_super_block", "",
         "as put_fs; MountTrees and Inodes (tests/unit) and mounts (tests/programs) do it"},
        {"detach_mount", "", "as put_fs: a parent or a mountpoint goes with a copy never as the last"},
        {"move_paths", "", "as put_fs: what is moved from still belongs to the caller's namespace"},
        {"user_byte", "", "a task without an address space reads no ring 3"},
        {"handle_mm_fault", "", "accesses that uaccess never makes"},
        // The lives of exit/whole-*: one child, which has no children, calls exit, and is waited for by its
        // parent.
        {"forget_original_parent", "", "the child of a life has no children of its own"},
        {"kill_orphaned_pgrp", "", "no life leaves a stopped process group behind"},
        {"send_signal", "", "the one signal of a life is SIGCHLD to the parent"},
        {"wants_signal", "", "as send_signal"},
        {"wake_taker", "", "SIGCHLD kills nobody, and the parent has one thread"},
        {"wake_up_some", "", "one task waits, or none"},
        {"sleep_on", "", "the sleeps of a life are that of wait4 and that of vfork"},
        {"futex_wake", "", "nobody waits for the word of CLONE_CHILD_CLEARTID in a life"},
        {"consider", "", "the children of a life die, they do not stop"},
        {"eligible", "", "a life is waited for with __WALL, for any child"},
        {"do_wait", "", "as eligible; WNOHANG and other threads' children are not asked for"},
        {"schedule", "", "no signal interrupts a life's sleep, and the queue has a task"},
        {"schedule_tail", "", "the story of CLONE_CHILD_SETTID is one of the full check"},
        {"pick_next", "", "no real-time task is queued in a life"},
        {"dequeue", "", "as pick_next"},
        {"fpu_drop", "", "the processor's FPU holds nobody's image in a life"},
        {"release_task", "", "no thread outlives its leader in a life, and none waits for others at an exec"},
        {"task_usage", "", "no tick has been, so no time is more than what has been run"},
        {"Printable::Printable", "", "for texts of a panic"},
        {"load_io_bitmap", "",
         "no life has a bitmap of ports: exit/io_bitmap gives one back, ioperm loads one"},
        {"arch_switch_to", "", "as load_io_bitmap"},
        {"dup_io_bitmap", "", "the frame that memory was out for"},
        {"put_css_set", "", "a group that its last task leaves: no life has a hierarchy"},
        {"remove_entry", "", "the directory that a failure takes back is the newest of its bucket"},
        {"find_entry", "", "two names in one bucket"},
        {"acquire_ns_cgroup", "", "a number that is not visible: no start state asks for one"},
        {"put_group_info", "", "groups that nobody else has: a child's are its parent's, or init_groups"},
        {"put_cred", "", "as put_group_info"},
        {"put_exec_domain", "", "a domain that its last task leaves: the caller is in it"},
    };
    return rows;
}

const std::vector<KnownSurvivor>& known_survivors() {
    constexpr const char* NOBODY_WAITS = "nobody waits for the word of CLONE_CHILD_CLEARTID in a life";
    constexpr const char* GONE = "the links of a task that is gone";
    constexpr const char* ONE_CHILD =
        "a life has one child without children, and no process group that stops";
    constexpr const char* ONE_SIGNAL = "the one signal of a life is SIGCHLD, to a parent with one thread";
    constexpr const char* CLOCK =
        "what the time-stamp counter said, and what is charged for it: scheduling/charge";
    static const std::vector<KnownSurvivor> rows{
        {"futex_wake", "", "", NOBODY_WAITS},
        {"release_task", "", "", GONE},
        {"do_exit", "", "", GONE},
        {"forget_original_parent", "", "", ONE_CHILD},
        {"kill_orphaned_pgrp", "", "", ONE_CHILD},
        {"wants_signal", "", "", ONE_SIGNAL},
        {"wake_taker", "", "", ONE_SIGNAL},
        {"send_signal", "", "", ONE_SIGNAL},
        {"schedule", "", "", CLOCK},
        {"update_curr", "", "", "both ways come to the same, but for times that no machine lives to see"},
        {"schedule_tail", "", "", "the word of CLONE_CHILD_SETTID is written in a life of the full check"},
        {"sleep_on", "", "", "one task sleeps there: the way back from it is not gone"},
        {"fpu_switch_to", "", "", "CR0.TS is no part of the proofs"},
        {"put_mm", "", "", "as alloc_pgd"},
        {"make_pte_slot", "", "", "as alloc_pgd"},
        {"kmem_alloc", "", "boundary-moved", "the slack behind a slab's last object"},
        {"kmem_alloc", "", "", "what a free object holds"},
        {"verdict_context", "", "", "a byte that only fills the struct"},
        {"leave_to_user", "", "", "no signal is pending on the way back, by assumption"},
        {"dup_io_bitmap", "", "", "the child's thread after a failure goes with the child"},
        {"add_tasks_file", "", "store-dropped", "a word of who asks that nobody reads"},
        {"alloc_pgd", "", "", "a clean page out of the pool is as good as one that is cleaned now"},
    };
    return rows;
}

const std::vector<Corollary>& corollaries() {
    constexpr const char* SCHED = "follows from steps/sched, which says every field exactly";
    constexpr const char* ROW =
        "follows from the step, its release, and the lives: said per row of the table";
    static const std::vector<Corollary> rows{
        {"scheduling/reset-on-fork", SCHED},
        {"scheduling/inherited", SCHED},
        {"scheduling/consistent", SCHED},
        {"scheduling/start-debit", SCHED},
        {"scheduling/B9", SCHED},
        {"exit/cred", ROW},
        {"exit/exec_domain", ROW},
        {"exit/undo", ROW},
        {"exit/files", ROW},
        {"exit/fs", ROW},
        {"exit/sighand", ROW},
        {"exit/mm", ROW},
        {"exit/nsproxy", ROW},
        {"exit/io_context", ROW},
        {"exit/css_set", ROW},
        {"exit/pid", ROW},
        {"exit/proc_mount", ROW},
        {"sharing/thread", "follows from frame/thread and steps/thread, which say every field exactly"},
        {"sharing/ns-cgroup", "follows from frame/ns-cgroup and steps/ns-cgroup, as sharing/thread"},
        {"helpers/memcpy", "follows from helpers/memmove, which goes through it"},
        {"helpers/pages",
         "what it says its callers say, too: steps/thread of copy_page, steps/files of clear_page"},
        {"history/own-ladder", "follows from ladder/table"},
    };
    return rows;
}

} // namespace forkproof::proofs::mutants
