// /proc/PID and /proc/PID/task/TID: what they hold (linux-2.6.33 fs/proc/base.c).
#include "kernel/proc/tgid.hpp"
#include "kernel/mm/mm.hpp"

namespace forkproof {

namespace {

Errno comm(ProcText& to, const Task& t, const Inode&) {
    to.print("{}\n", t.comm);
    return Errno::OK;
}

/// The arguments as they lie in its memory now, each with its NUL; nothing of a kernel thread or a zombie.
Errno cmdline(ProcText& to, const Task& t, const Inode&) {
    if (!t.mm) return Errno::OK;
    for (u32 at = t.mm->arg_start; at < t.mm->arg_end;) {
        const Pfn frame = mapped_frame(*t.mm, at);
        if (frame == Pfn::none) break;
        const u32 end = page_down(at) + PAGE_SIZE < t.mm->arg_end ? page_down(at) + PAGE_SIZE : t.mm->arg_end;
        to.put({static_cast<const char*>(page_of(frame)) + at % PAGE_SIZE, end - at});
        at = end;
    }
    return Errno::OK;
}

constexpr u32 FILE = S_IFREG | 0444, DIRECTORY = S_IFDIR | 0555, LINK = S_IFLNK | 0777;

/// linux-3.0 and later: 2.6.33 has no such directory.
constexpr ProcEntry ns_table[] = {{.name = "ipc", .mode = LINK, .show_task = proc_ns_ipc},
                                  {.name = "mnt", .mode = LINK, .show_task = proc_ns_mnt},
                                  {.name = "net", .mode = LINK, .show_task = proc_ns_net},
                                  {.name = "pid", .mode = LINK, .show_task = proc_ns_pid},
                                  {.name = "user", .mode = LINK, .show_task = proc_ns_user},
                                  {.name = "uts", .mode = LINK, .show_task = proc_ns_uts},
                                  {}};

constexpr ProcEntry net_table[] = {{.name = "dev", .mode = FILE, .show_task = proc_net_dev},
                                   {.name = "udp", .mode = FILE, .show_task = proc_net_udp},
                                   {.name = "unix", .mode = FILE, .show_task = proc_net_unix},
                                   {}};

// What a process and a thread both have.
constexpr ProcEntry CGROUP = {.name = "cgroup", .mode = FILE, .show_task = proc_cgroup};
constexpr ProcEntry CMDLINE = {.name = "cmdline", .mode = FILE, .show_task = cmdline};
constexpr ProcEntry COMM = {.name = "comm", .mode = FILE, .show_task = comm};
constexpr ProcEntry CWD = {.name = "cwd", .mode = LINK, .place = proc_cwd};
constexpr ProcEntry EXE = {.name = "exe", .mode = LINK, .place = proc_exe};
constexpr ProcEntry FD = {.name = "fd", .mode = S_IFDIR | 0500, .names = &proc_fds};
constexpr ProcEntry MOUNTS = {.name = "mounts", .mode = FILE, .show_task = proc_mounts};
constexpr ProcEntry NS = {.name = "ns", .mode = S_IFDIR | 0511, .table = ns_table};
constexpr ProcEntry ROOT = {.name = "root", .mode = LINK, .place = proc_root_place};
constexpr ProcEntry STATUS = {.name = "status", .mode = FILE, .show_task = proc_status};

constexpr ProcEntry tid_table[] = {
    CGROUP, CMDLINE, COMM, CWD,  EXE,
    FD,     MOUNTS,  NS,   ROOT, {.name = "stat", .mode = FILE, .show_task = proc_tid_stat},
    STATUS, {}};

extern const ProcNames threads;

constexpr ProcEntry tgid_table[] = {CGROUP,
                                    CMDLINE,
                                    COMM,
                                    CWD,
                                    EXE,
                                    FD,
                                    MOUNTS,
                                    {.name = "net", .mode = DIRECTORY, .table = net_table},
                                    NS,
                                    ROOT,
                                    {.name = "stat", .mode = FILE, .show_task = proc_tgid_stat},
                                    STATUS,
                                    {.name = "task", .mode = DIRECTORY, .names = &threads},
                                    {}};

/// Calls f(thread) for each thread of a task's group.
template <class F>
void for_each_thread(Task& task, F f) {
    ListNode* n = &task.thread_group;
    do {
        f(*List<Task, &Task::thread_group>::owner(n));
        n = n->next;
    } while (n != &task.thread_group);
}

bool next_thread_of(const Inode& directory, u32& number, DirectoryItem& item) {
    u32 found = ~0U;
    for_each_thread(*proc_task(directory), [&](const Task& t) {
        const auto nr = static_cast<u32>(pid_nr_ns(t.pids[PIDTYPE_PID].pid, directory.sb->pid_ns));
        if (nr != 0 && nr >= number && nr < found) found = nr;
    });
    if (found == ~0U) return false;
    number = found;
    name_item(item, static_cast<i32>(found));
    item.mode = proc_tid.mode;
    return true;
}

Result<Inode*> lookup_thread(Inode& directory, Text name) {
    const i32 number = number_of_name(name);
    Pid* pid = number ? find_pid(number, directory.sb->pid_ns) : nullptr;
    const Task* task = pid ? pid_task(*pid) : nullptr;
    if (!task || task->group_leader != proc_task(directory)->group_leader) return Errno::ENOENT;
    return make_proc_number(directory, proc_tid, pid, static_cast<u32>(number));
}

constinit const ProcNames threads = {.next = next_thread_of, .lookup = lookup_thread};

} // namespace

constinit const ProcEntry proc_tgid = {.name = nullptr, .mode = DIRECTORY, .table = tgid_table};
constinit const ProcEntry proc_tid = {.name = nullptr, .mode = DIRECTORY, .table = tid_table};

} // namespace forkproof
