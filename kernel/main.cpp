// The boot, top to bottom: from the loader's last jump to the first program.
#include "kernel/arch/boot_info.hpp"
#include "kernel/arch/console.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/boot_times.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/fail.hpp"
#include "kernel/check/provoke.hpp"
#include "kernel/check/stack_watch.hpp"
#include "kernel/cmdline.hpp"
#include "kernel/exec/exec.hpp"
#include "kernel/files/file.hpp"
#include "kernel/files/initrd.hpp"
#include "kernel/fork/fork.hpp"
#include "kernel/fork/historical.hpp"
#include "kernel/fork/linux_6_1.hpp"
#include "kernel/fork/security.hpp"
#include "kernel/kthread.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/proc/proc.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

BootTimes boot_times;

namespace {

CommandLine command_line;

void read_command_line(const BootInfo& boot) {
    const char* line = static_cast<const char*>(to_virtual(static_cast<PhysAddr>(boot.cmdline)));
    CommandLineError error;
    if (parse_command_line(line, command_line, error)) {
        console_use_serial(command_line.console_serial);
        return;
    }
    print("command line: {}: '{}'{}{}\n", error.what, error.word, error.known.size ? "; known: " : "",
          error.known);
    panic("the command line cannot be read");
}

void start_memory(const BootInfo& boot) {
    frames_init(boot, command_line.memory);
    paging_init(end_of_frames());
    double_fault_page_directory(kernel_pgd());
}

void start_files(const BootInfo& boot) {
    const auto* start = static_cast<const char*>(to_virtual(static_cast<PhysAddr>(boot.initrd_start)));
    initrd_init(Text(start, boot.initrd_end - boot.initrd_start));
    const Text symbols = initrd_file("boot/kernel.sym");
    symbols_init(symbols.data, static_cast<u32>(symbols.size));
}

template <class T>
T* create_or_panic() {
    T* object = create<T>();
    if (!object) panic("no memory for the idle task's {}", kind_names[static_cast<int>(kind_of<T>)]);
    return object;
}

/// Task 0: what the first fork copies. It has no memory of its own and is never on the run queue.
void make_init_task() {
    Task& t = init_task;
    copy_string(t.comm, "swapper", TASK_COMM_LEN);
    t.group_leader = t.real_parent = &t;
    t.flags = PF_KTHREAD;
    t.cred = t.real_cred = cred_init();
    t.nsproxy = namespaces_init(initrd_super_block->root);
    if (pid_ns_prepare_proc(*init_pid_ns) != Errno::OK) panic("no memory for the first proc");
    t.cgroups = cgroup_init();
    t.files = create_or_panic<Files>();
    t.files->fd = t.files->fd_array;
    t.fs = create_or_panic<Fs>();
    t.fs->root = t.fs->pwd = {t.nsproxy->mnt_ns->root, t.nsproxy->mnt_ns->root->root};
    get_path(t.fs->root);
    get_path(t.fs->pwd);
    t.sighand = create_or_panic<Sighand>();
    t.signal = create_or_panic<Signal>();
    for (Rlimit& r : t.signal->rlim) r = {RLIM_INFINITY, RLIM_INFINITY};
    t.signal->rlim[RLIMIT_STACK].cur = 8U << 20; // linux/resource.h _STK_LIM
    t.signal->rlim[RLIMIT_CORE].cur = 0;
    t.signal->rlim[RLIMIT_NOFILE] = {NR_OPEN, NR_OPEN};
    t.exec_domain = exec_domains_init();
    if (!t.exec_domain) panic("no memory for the exec domains");
    get_exec_domain(t.exec_domain);
    // Its number, process group and session are 0, which nobody can name (linux-2.6.33 init_struct_pid).
    auto* zero = create_or_panic<Pid>();
    zero->numbers[0].ns = t.nsproxy->pid_ns;
    get_pid_ns(t.nsproxy->pid_ns);
    const PidType types[] = {PIDTYPE_PID, PIDTYPE_PGID, PIDTYPE_SID};
    for (const PidType type : types) attach_pid(t, type, zero);
}

void set_limits() {
    task_counts.max_threads = command_line.max_threads ? command_line.max_threads : frame_totals().total / 16;
    const u32 half = task_counts.max_threads / 2; // linux-2.6.33 fork_init
    init_task.signal->rlim[RLIMIT_NPROC] = {half, half};
    rules_in_force = command_line.rules;
    checker_init(command_line.check);
    if (command_line.linux_6_1) linux_6_1_init();
    if (command_line.ladder_2_6_33) ladder_2_6_33_init();
    fail_injection_init(command_line.fail);
    provoke_init(command_line.provoke);
    if (command_line.stacks) stack_watch_init();
}

/// Words of the command line's args=, separated by blanks.
Errno add_arguments(ArgBlock& block) {
    Errno e = block.add_argument("/init");
    if (e == Errno::OK) e = block.add_argument(command_line.program);
    Text rest = command_line.args;
    while (e == Errno::OK && rest.size) {
        const std::size_t n = rest.find(' ');
        if (n) e = block.add_argument(rest.until(n));
        rest = rest.from(n < rest.size ? n + 1 : n);
    }
    return e;
}

/// Process 1, still in the kernel: becomes the reaper of orphans, opens the console and execs /init.
int start_init(void*) {
    Task& me = *current();
    me.flags &= ~static_cast<u32>(PF_KTHREAD);
    me.signal->flags |= SIGNAL_UNKILLABLE;
    init_pid_ns->child_reaper = &me;
    if (open_console(*me.files) != Errno::OK) panic("the console cannot be opened for init");
    auto* regs = reinterpret_cast<PtRegs*>(me.stack) - 1;
    HeldPath file;
    Errno error = open_exec("/init", file);
    if (error == Errno::OK) {
        ArgBlock arguments;
        error = add_arguments(arguments);
        if (error == Errno::OK) error = do_execve(file, "/init", arguments, *regs);
    }
    if (error != Errno::OK) panic("/init cannot be started: {}", error);
    regs->orig_ax = ~0U;
    security_policy = command_line.lsm;
    boot_times.first_user = rdtsc();
    return_to_user(regs);
}

void say_hello(const BootInfo& boot) {
    if (command_line.quiet) return;
    const FrameTotals frames = frame_totals();
    print("forkproof: {} KB of memory free, at most {} tasks, initrd {} KB, {} ticks since 0x7c00 ({} for "
          "the disk)\n",
          frames.free * 4, task_counts.max_threads, (boot.initrd_end - boot.initrd_start) / 1024,
          rdtsc() - boot.tsc_start, boot.tsc_disk);
}

} // namespace

extern "C" [[noreturn]] void kernel_main(const BootInfo* boot) {
    boot_times.start = boot->tsc_start;
    boot_times.disk = boot->tsc_disk;
    console_init();
    descriptors_init();
    cpu_init();
    fpu_init();
    pic_init();
    sched_init();
    if (boot->magic != BOOT_MAGIC || boot->size != sizeof(BootInfo))
        panic("the loader speaks of {} bytes of BootInfo, this kernel of {}: build both anew", boot->size,
              sizeof(BootInfo));
    read_command_line(*boot);
    start_memory(*boot);
    start_files(*boot);
    make_init_task();
    set_limits();
    timer_init();
    keyboard_init();
    say_hello(*boot);
    if (const i32 pid = kernel_thread(start_init, nullptr, CLONE_FS | CLONE_SIGHAND | SIGCHLD); pid != 1)
        panic("init is process {}", pid);
    if (const i32 pid = kernel_thread(kthreadd, nullptr, CLONE_FS | CLONE_FILES); pid != 2)
        panic("kthreadd is process {}", pid);
    idle();
}

extern "C" void kernel_thread_exit(int status) { do_group_exit(status << 8); }

} // namespace forkproof
