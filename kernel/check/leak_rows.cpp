#include "kernel/check/leak_rows.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/files/file.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/page_table.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

using P = DigestPart;

/// Exchanges two values: done twice, all is as before.
template <class T>
void exchange(T& field, T& kept) {
    T t = field;
    field = kept;
    kept = t;
}

/// An object that nobody holds.
template <class T>
void stray(bool planted) {
    static T* object;
    if (planted)
        object = create<T>();
    else
        destroy(object);
}

Vma& first_vma(Task& t) { return *t.mm->vmas.front(); }
u32& stack_pte(Task& t) { return *find_pte(*t.mm, t.mm->start_stack); }
u8& byte_on_stack(Task& t) { return static_cast<u8*>(page_of(pte_frame(stack_pte(t))))[0]; }

constexpr LeakRow count(const char* name, P part, u32& (*field)(Task&, Task&)) {
    return {name, part, field, nullptr};
}
constexpr LeakRow field(const char* name, P part, void (*change)(Task&, Task&, bool)) {
    return {name, part, nullptr, change};
}
constexpr P RESIDUE = P::parts;

constexpr LeakRow leaks[] = {
    // the system's own counts
    count("nr_threads", P::counts, [](Task&, Task&) -> u32& { return task_counts.nr_threads; }),
    count("process_counts", P::counts, [](Task&, Task&) -> u32& { return task_counts.process_counts; }),
    field("total_forks", P::counts,
          [](Task&, Task&, bool on) { task_counts.total_forks += on ? 1 : ~u64{0}; }),
    field("a task left", P::counts, [](Task&, Task&, bool on) { stray<Task>(on); }),
    field("an FPU image left", P::counts, [](Task&, Task&, bool on) { stray<FpuState>(on); }),
    field("a kernel stack left", P::counts,
          [](Task&, Task&, bool on) {
              static u32 stack;
              if (on)
                  stack = alloc_kernel_stack();
              else
                  free_kernel_stack(stack);
          }),
    field("a page frame left", P::counts,
          [](Task&, Task&, bool on) {
              static Pfn frame;
              if (on)
                  frame = alloc_frame(FrameUse::user);
              else
                  put_frame(frame);
          }),
    field("siglock held", P::counts, [](Task&, Task&, bool on) { on ? siglock.lock() : siglock.unlock(); }),
    field("missing from the run queue", P::counts,
          [](Task& child, Task&, bool) {
              static ListNode* next;
              if (next) {
                  child.run_list.insert_before(*next);
              } else {
                  next = child.run_list.next;
                  child.run_list.unlink();
              }
          }),

    // the caller itself
    field("PF_STARTING", P::tasks, [](Task&, Task& t, bool) { t.flags ^= PF_STARTING; }),
    count("clear_child_tid", P::tasks, [](Task&, Task& t) -> u32& { return t.clear_child_tid; }),
    field("vfork_done", P::tasks,
          [](Task&, Task& t, bool) {
              static Completion* kept = reinterpret_cast<Completion*>(&t);
              exchange(t.vfork_done, kept);
          }),
    field("a TLS descriptor", P::tasks, [](Task&, Task& t, bool) { t.thread.tls[2] ^= 1; }),
    field("a child missing among its parent's", P::tasks,
          [](Task& child, Task&, bool) {
              static ListNode* next;
              if (next) {
                  child.sibling.insert_before(*next);
              } else {
                  next = child.sibling.next;
                  child.sibling.unlink();
              }
          }),

    // creds
    count("cred", P::creds, [](Task&, Task& t) -> u32& { return t.cred->count; }),
    count("euid", P::creds, [](Task&, Task& t) -> u32& { return t.cred->euid; }),
    field("a capability", P::creds, [](Task&, Task& t, bool) { t.cred->cap_effective ^= 1; }),
    count("user->processes", P::creds, [](Task&, Task& t) -> u32& { return t.cred->user->processes; }),
    count("user", P::creds, [](Task&, Task& t) -> u32& { return t.cred->user->count; }),
    count("user_ns", P::creds, [](Task&, Task& t) -> u32& { return t.cred->user->user_ns->count; }),

    // exec-domain, cgroup, ns-cgroup
    count("exec_domain", P::tasks, [](Task&, Task& t) -> u32& { return t.exec_domain->count; }),
    count("personality", P::tasks, [](Task&, Task& t) -> u32& { return t.personality; }),
    count("css_set", P::tasks, [](Task&, Task& t) -> u32& { return t.cgroups->count; }),
    field("a css_set left", P::counts, [](Task&, Task&, bool on) { stray<CssSet>(on); }),
    count("a group's directory", P::files, [](Task&, Task&) -> u32& { return cgroup_root.sb->root->count; }),

    // semundo
    count("an undo list's count", P::namespaces, [](Task&, Task& t) -> u32& { return t.sysvsem->count; }),
    field("an undo list that comes or goes", P::namespaces,
          [](Task&, Task& t, bool) {
              static UndoList* kept;
              exchange(t.sysvsem, kept);
          }),
    field("what would be undone", P::namespaces,
          [](Task&, Task& t, bool) { t.sysvsem->entries.front()->adjustment[0] ^= 1; }),
    field("a semaphore's value", P::namespaces,
          [](Task&, Task& t, bool) { sets_of(*t.nsproxy->ipc_ns).front()->value[0] ^= 1; }),

    // files, fs
    count("files", P::files, [](Task&, Task& t) -> u32& { return t.files->count; }),
    count("an open file's count", P::files, [](Task&, Task& t) -> u32& { return t.files->fd[1]->count; }),
    field("a descriptor left", P::files,
          [](Task&, Task& t, bool) {
              static File* kept = t.files->fd[1];
              exchange(t.files->fd[NR_OPEN_DEFAULT - 1], kept);
          }),
    field("close-on-exec", P::files, [](Task&, Task& t, bool) { t.files->close_on_exec[0] ^= 2; }),
    count("fs", P::files, [](Task&, Task& t) -> u32& { return t.fs->users; }),
    field("fs->in_exec", P::files, [](Task&, Task& t, bool) { t.fs->in_exec = !t.fs->in_exec; }),
    count("umask", P::files, [](Task&, Task& t) -> u32& { return t.fs->umask; }),
    count("the working directory's inode", P::files,
          [](Task&, Task& t) -> u32& { return t.fs->pwd.inode->count; }),
    count("the root's mount", P::namespaces, [](Task&, Task& t) -> u32& { return t.fs->root.mnt->count; }),

    // sighand, signal
    count("sighand", P::signals, [](Task&, Task& t) -> u32& { return t.sighand->count; }),
    count("a handler", P::signals, [](Task&, Task& t) -> u32& { return t.sighand->action[1].handler; }),
    count("signal", P::signals, [](Task&, Task& t) -> u32& { return t.signal->count; }),
    count("signal->live", P::signals, [](Task&, Task& t) -> u32& { return t.signal->live; }),
    field("SIGNAL_UNKILLABLE", P::signals,
          [](Task&, Task& t, bool) { t.signal->flags ^= SIGNAL_UNKILLABLE; }),
    field("a pending signal", P::signals, [](Task&, Task& t, bool) { t.pending ^= sigmask(SIGUSR1); }),
    count("a limit", P::signals, [](Task&, Task& t) -> u32& { return t.signal->rlim[RLIMIT_CORE].cur; }),

    // mm
    count("mm", P::memory, [](Task&, Task& t) -> u32& { return t.mm->users; }),
    count("total_vm", P::memory, [](Task&, Task& t) -> u32& { return t.mm->total_vm; }),
    count("a mapping's end", P::memory, [](Task&, Task& t) -> u32& { return first_vma(t).end; }),
    count("a mapping's protection", P::memory, [](Task&, Task& t) -> u32& { return first_vma(t).flags; }),
    field("a mapping left", P::counts, [](Task&, Task&, bool on) { stray<Vma>(on); }),
    field("a page that is gone", P::memory, [](Task&, Task& t, bool) { stack_pte(t) ^= PTE_PRESENT; }),
    field("a page's count", P::memory,
          [](Task&, Task& t, bool on) {
              const Pfn frame = pte_frame(stack_pte(t));
              on ? get_frame(frame) : put_frame(frame);
          }),
    field("a byte of ring 3's", P::memory, [](Task&, Task& t, bool) { byte_on_stack(t) ^= 1; }),

    // namespaces
    count("nsproxy", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->count; }),
    count("uts_ns", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->uts_ns->count; }),
    count("ipc_ns", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->ipc_ns->count; }),
    count("mnt_ns", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->mnt_ns->count; }),
    count("net_ns", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->net_ns->count; }),
    count("pid_ns", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->pid_ns->count; }),
    field("a mount left", P::counts, [](Task&, Task&, bool on) { stray<Mount>(on); }),
    field("the namespace's reaper", P::namespaces,
          [](Task& child, Task& t, bool) {
              static Task* kept = &child;
              exchange(t.nsproxy->pid_ns->child_reaper, kept);
          }),

    // io
    count("io_context", P::tasks, [](Task&, Task& t) -> u32& { return t.io_context->count; }),
    count("ioprio", P::tasks, [](Task&, Task& t) -> u32& { return t.io_context->ioprio; }),

    // pid
    field("a number taken", P::pids, [](Task&, Task& t, bool) { t.nsproxy->pid_ns->pidmap[1000] ^= 1; }),
    count("nr_free", P::namespaces, [](Task&, Task& t) -> u32& { return t.nsproxy->pid_ns->nr_free; }),
    count("struct pid", P::pids, [](Task&, Task& t) -> u32& { return t.pids[PIDTYPE_PID].pid->count; }),
    field("a number that cannot be found", P::counts,
          [](Task& child, Task&, bool) {
              static ListNode* next;
              ListNode& hash = child.pids[PIDTYPE_PID].pid->numbers[0].hash;
              if (next) {
                  hash.insert_before(*next);
              } else {
                  next = hash.next;
                  hash.unlink();
              }
          }),

    // what a net namespace separates
    field("a socket left", P::counts, [](Task&, Task&, bool on) { stray<Socket>(on); }),
    field("lo, up or down", P::namespaces,
          [](Task&, Task& t, bool) { t.nsproxy->net_ns->lo_up = !t.nsproxy->net_ns->lo_up; }),

    // proc-mount
    field("a pid namespace without its proc", P::pids,
          [](Task&, Task& t, bool) {
              static Mount* kept;
              exchange(t.nsproxy->pid_ns->proc_mnt, kept);
          }),
    count("the kernel's mount of proc", P::namespaces,
          [](Task&, Task& t) -> u32& { return t.nsproxy->pid_ns->proc_mnt->count; }),
    count("proc's super block", P::files,
          [](Task&, Task& t) -> u32& { return t.nsproxy->pid_ns->proc_mnt->sb->count; }),
    field("a super block left", P::counts, [](Task&, Task&, bool on) { stray<SuperBlock>(on); }),
    field("an inode left", P::counts, [](Task&, Task&, bool on) { stray<Inode>(on); }),
    count("a pid held by proc", P::pids,
          [](Task&, Task& t) -> u32& { return t.pids[PIDTYPE_PID].pid->held; }),

    // what may differ (invariants/residue.hpp)
    field("PF_SUPERPRIV", RESIDUE, [](Task&, Task& t, bool) { t.flags ^= PF_SUPERPRIV; }),
    field("TIF_SIGPENDING", RESIDUE, [](Task&, Task& t, bool) { t.ti_flags ^= TIF_SIGPENDING; }),
    field("vruntime", RESIDUE, [](Task&, Task& t, bool on) { t.vruntime += on ? 1 : ~u64{0}; }),
    field("sum_exec_runtime", RESIDUE,
          [](Task&, Task& t, bool on) { t.sum_exec_runtime += on ? 1 : ~u64{0}; }),
    count("last_pid", RESIDUE, [](Task&, Task& t) -> u32& { return t.nsproxy->pid_ns->last_pid; }),
    field("the FPU image", RESIDUE, [](Task&, Task& t, bool) { t.thread.fpu->image[0] ^= 1; }),
    field("write, accessed and dirty bits", RESIDUE,
          [](Task&, Task& t, bool) { stack_pte(t) ^= PTE_WRITE | PTE_ACCESSED | PTE_DIRTY; }),
    field("a slab grown, and given back", RESIDUE,
          [](Task&, Task&, bool) {
              stray<UserNs>(true);
              stray<UserNs>(false);
          }),
    field("clean page tables gone", RESIDUE, [](Task&, Task&, bool) { drop_clean_tables(); }),
};

} // namespace

LeakRows leak_rows() { return {leaks, sizeof leaks / sizeof *leaks}; }

} // namespace forkproof
