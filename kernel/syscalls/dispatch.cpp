#include "kernel/syscalls/dispatch.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/check/calls.hpp"
#include "kernel/exec/exec.hpp"
#include "kernel/fork/fork.hpp"
#include "kernel/syscalls/file_calls.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/signal_frame.hpp"

namespace forkproof {

namespace {

struct Row {
    u32 number;
    SystemCall call;
};

// clang-format off
/// Linux's numbers for i386 (asm/unistd_32.h).
constexpr Row rows[] = {
    {0, sys_restart_syscall}, {1, sys_exit}, {2, sys_fork}, {3, sys_read}, {4, sys_write}, {5, sys_open},
    {6, sys_close}, {7, sys_waitpid}, {8, sys_creat}, {9, sys_link}, {10, sys_unlink}, {11, sys_execve},
    {12, sys_chdir}, {13, sys_time}, {15, sys_chmod}, {19, sys_lseek}, {20, sys_getpid}, {21, sys_mount},
    {22, sys_umount}, {29, sys_pause}, {33, sys_access}, {37, sys_kill}, {38, sys_rename}, {39, sys_mkdir},
    {40, sys_rmdir}, {41, sys_dup}, {42, sys_pipe}, {45, sys_brk}, {52, sys_umount2}, {54, sys_ioctl},
    {55, sys_fcntl}, {57, sys_setpgid}, {60, sys_umask}, {61, sys_chroot}, {63, sys_dup2}, {64, sys_getppid},
    {65, sys_getpgrp}, {66, sys_setsid}, {74, sys_sethostname}, {75, sys_setrlimit}, {78, sys_gettimeofday},
    {83, sys_symlink}, {85, sys_readlink}, {88, sys_reboot}, {91, sys_munmap}, {92, sys_truncate},
    {93, sys_ftruncate}, {94, sys_fchmod}, {96, sys_getpriority}, {97, sys_setpriority}, {101, sys_ioperm}, {102, sys_socketcall}, {114, sys_wait4},
    {116, sys_sysinfo}, {117, sys_ipc}, {119, sys_sigreturn}, {120, sys_clone}, {121, sys_setdomainname}, {122, sys_uname}, {125, sys_mprotect},
    {129, sys_delete_module},
    {132, sys_getpgid}, {136, sys_personality}, {140, sys_llseek}, {145, sys_readv}, {146, sys_writev}, {147, sys_getsid},
    {155, sys_sched_getparam}, {156, sys_sched_setscheduler}, {157, sys_sched_getscheduler},
    {158, sys_sched_yield}, {162, sys_nanosleep}, {173, sys_rt_sigreturn}, {174, sys_rt_sigaction}, {175, sys_rt_sigprocmask},
    {176, sys_rt_sigpending}, {183, sys_getcwd}, {184, sys_capget}, {185, sys_capset}, {190, sys_vfork}, {191, sys_getrlimit}, {192, sys_mmap2},
    {193, sys_truncate64}, {194, sys_ftruncate64}, {195, sys_stat64}, {196, sys_lstat64}, {197, sys_fstat64},
    {199, sys_getuid}, {200, sys_getgid}, {201, sys_geteuid}, {202, sys_getegid}, {203, sys_setreuid}, {204, sys_setregid}, {205, sys_getgroups}, {206, sys_setgroups},
    {207, sys_fchown}, {208, sys_setresuid},
    {209, sys_getresuid}, {210, sys_setresgid}, {211, sys_getresgid}, {212, sys_chown}, {213, sys_setuid}, {214, sys_setgid}, {215, sys_setfsuid}, {216, sys_setfsgid}, {219, sys_madvise},
    {220, sys_getdents64}, {221, sys_fcntl64}, {224, sys_gettid}, {238, sys_tkill}, {240, sys_futex},
    {243, sys_set_thread_area}, {244, sys_get_thread_area}, {252, sys_exit_group}, {258, sys_set_tid_address},
    {265, sys_clock_gettime}, {267, sys_clock_nanosleep}, {270, sys_tgkill}, {284, sys_waitid},
    {289, sys_ioprio_set}, {290, sys_ioprio_get},
    {295, sys_openat}, {296, sys_mkdirat}, {300, sys_fstatat64}, {301, sys_unlinkat},
    {311, sys_set_robust_list}, {330, sys_dup3}, {331, sys_pipe2}, {340, sys_prlimit64}, {355, sys_getrandom},
    {383, sys_statx},
};
// clang-format on

struct Table {
    SystemCall call[NR_SYSCALLS] = {};
    constexpr Table() {
        for (const Row& row : rows) call[row.number] = row.call;
    }
};
constexpr Table table;

i32 no_such_call(u32 number) {
    for (MissingCall& m : call_counts.missing) {
        if (m.times != 0 && m.number != number) continue;
        m.number = number;
        m.times++;
        break;
    }
    return negative(Errno::ENOSYS);
}

} // namespace

extern "C" void do_syscall(PtRegs* regs) {
    call_counts.made++;
    const u32 number = regs->ax;
    const SystemCall call = number < NR_SYSCALLS ? table.call[number] : nullptr;
    regs->ax = static_cast<u32>(call ? call(*regs) : no_such_call(number));
}

} // namespace forkproof
