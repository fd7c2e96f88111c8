// /proc itself: the system's own numbers, and a directory for each process that is visible in the namespace.
#include "kernel/arch/cpu.hpp"
#include "kernel/files/file_systems.hpp"
#include "kernel/mm/frame.hpp"
#include "kernel/proc/proc.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

Errno stat(ProcText& to, const Inode&) {
    to.print("btime 0\nprocesses {}\nprocs_running {}\nprocs_blocked {}\n", task_counts.total_forks,
             nr_running(), [] {
                 u32 blocked = 0;
                 for_each_task([&](const Task& t) { blocked += (t.state & TASK_UNINTERRUPTIBLE) != 0; });
                 return blocked;
             }());
    return Errno::OK;
}

/// The averages over 1, 5 and 15 minutes are not kept here; then the runnable tasks of all, and the last
/// number.
Errno loadavg(ProcText& to, const Inode&) {
    to.print("0.00 0.00 0.00 {}/{} {}\n", nr_running(), task_counts.nr_threads,
             current()->nsproxy->pid_ns->last_pid);
    return Errno::OK;
}

void print_seconds(ProcText& to, u64 ticks) {
    to.print("{}.{02}", ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND * 100 / TICKS_PER_SECOND);
}

Errno uptime(ProcText& to, const Inode&) {
    print_seconds(to, rdtsc());
    to.put(" ");
    print_seconds(to, init_task.sum_exec_runtime);
    to.put("\n");
    return Errno::OK;
}

Errno meminfo(ProcText& to, const Inode&) {
    const FrameTotals frames = frame_totals();
    constexpr u32 KB = PAGE_SIZE / 1024;
    to.print(
        "MemTotal:       {8} kB\nMemFree:        {8} kB\nBuffers:        {8} kB\nCached:         {8} kB\n"
        "SwapTotal:      {8} kB\nSwapFree:       {8} kB\n",
        frames.total * KB, frames.free * KB, 0, 0, 0, 0);
    return Errno::OK;
}

Errno filesystems(ProcText& to, const Inode&) {
    for (const FileSystemType* type : file_system_types) to.print("nodev\t{}\n", type->name);
    return Errno::OK;
}

Errno version(ProcText& to, const Inode&) {
    const UtsName& u = current()->nsproxy->uts_ns->name;
    to.print("{} version {} {}\n", u.sysname, u.release, u.version);
    return Errno::OK;
}

/// linux-2.6.33 proc_self_readlink: the reader's own number where this proc was mounted for.
Errno self(ProcText& to, const Inode& link) {
    const i32 number = pid_nr_ns(current()->group_leader->pids[PIDTYPE_PID].pid, link.sb->pid_ns);
    if (number == 0) return Errno::ENOENT;
    to.print("{}", number);
    return Errno::OK;
}

Errno threads_max(ProcText& to, const Inode&) {
    to.print("{}\n", task_counts.max_threads);
    return Errno::OK;
}

Errno pid_max(ProcText& to, const Inode&) {
    to.print("{}\n", PID_MAX);
    return Errno::OK;
}

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// linux-2.6.33 proc_dointvec: blanks, digits, blanks. (There a negative limit may be set, too, with which
/// every clone fails.)
Errno set_threads_max(Text text) {
    while (text.size && blank(text.data[0])) text = text.from(1);
    u64 number = 0;
    const std::size_t all = text.size;
    while (text.size && text.data[0] >= '0' && text.data[0] <= '9' && number <= 0x7fffffff) {
        number = number * 10 + static_cast<u32>(text.data[0] - '0');
        text = text.from(1);
    }
    const bool digits = text.size != all;
    while (text.size && blank(text.data[0])) text = text.from(1);
    if (!digits || text.size != 0 || number > 0x7fffffff) return Errno::EINVAL;
    task_counts.max_threads = static_cast<u32>(number);
    return Errno::OK;
}

constexpr u32 FILE = S_IFREG | 0444, DIRECTORY = S_IFDIR | 0555, LINK = S_IFLNK | 0777;

constexpr ProcEntry sys_kernel_table[] = {
    {.name = "pid_max", .mode = FILE, .show = pid_max},
    {.name = "threads-max", .mode = FILE | 0200, .show = threads_max, .write = set_threads_max},
    {}};
constexpr ProcEntry sys_table[] = {{.name = "kernel", .mode = DIRECTORY, .table = sys_kernel_table}, {}};

constexpr ProcEntry root_table[] = {{.name = "filesystems", .mode = FILE, .show = filesystems},
                                    {.name = "loadavg", .mode = FILE, .show = loadavg},
                                    {.name = "meminfo", .mode = FILE, .show = meminfo},
                                    {.name = "mounts", .mode = LINK, .target = "self/mounts"},
                                    {.name = "net", .mode = LINK, .target = "self/net"},
                                    {.name = "self", .mode = LINK, .show = self},
                                    {.name = "stat", .mode = FILE, .show = stat},
                                    {.name = "sys", .mode = DIRECTORY, .table = sys_table},
                                    {.name = "uptime", .mode = FILE, .show = uptime},
                                    {.name = "version", .mode = FILE, .show = version},
                                    {}};

/// The process with the lowest number that is at least this (linux-2.6.33 next_tgid).
bool next_process(const Inode& directory, u32& number, DirectoryItem& item) {
    u32 found = ~0U;
    for (Task& leader : reinterpret_cast<TaskList&>(init_task.tasks)) {
        const auto nr = static_cast<u32>(pid_nr_ns(leader.pids[PIDTYPE_PID].pid, directory.sb->pid_ns));
        if (nr != 0 && nr >= number && nr < found) found = nr;
    }
    if (found == ~0U) return false;
    number = found;
    name_item(item, static_cast<i32>(found));
    item.mode = proc_tgid.mode;
    return true;
}

/// A thread is found too, though it is not listed.
Result<Inode*> lookup_process(Inode& directory, Text name) {
    const i32 number = number_of_name(name);
    Pid* pid = number ? find_pid(number, directory.sb->pid_ns) : nullptr;
    if (!pid || !pid_task(*pid)) return Errno::ENOENT;
    return make_proc_number(directory, proc_tgid, pid, static_cast<u32>(number));
}

constexpr ProcNames processes = {.next = next_process, .lookup = lookup_process};

} // namespace

constinit const ProcEntry proc_root = {
    .name = "", .mode = DIRECTORY, .table = root_table, .names = &processes};

} // namespace forkproof
