// Calls about processes: exit and wait, numbers, signals, credentials, scheduling, names, memory, time.
#pragma once
#include "kernel/arch/pt_regs.hpp"

namespace forkproof {

// wait_calls.cpp
i32 sys_waitpid(PtRegs&);
i32 sys_wait4(PtRegs&);
i32 sys_waitid(PtRegs&);

// process_calls.cpp
i32 sys_exit(PtRegs&);
i32 sys_exit_group(PtRegs&);
i32 sys_getpid(PtRegs&);
i32 sys_gettid(PtRegs&);
i32 sys_getppid(PtRegs&);
i32 sys_getpgrp(PtRegs&);
i32 sys_getpgid(PtRegs&);
i32 sys_getsid(PtRegs&);
i32 sys_setpgid(PtRegs&);
i32 sys_setsid(PtRegs&);
i32 sys_set_tid_address(PtRegs&);
i32 sys_set_robust_list(PtRegs&);
i32 sys_set_thread_area(PtRegs&);
i32 sys_get_thread_area(PtRegs&);
i32 sys_futex(PtRegs&);

// signal_calls.cpp
i32 sys_kill(PtRegs&);
i32 sys_tkill(PtRegs&);
i32 sys_tgkill(PtRegs&);
i32 sys_rt_sigaction(PtRegs&);
i32 sys_rt_sigprocmask(PtRegs&);
i32 sys_rt_sigpending(PtRegs&);
i32 sys_pause(PtRegs&);

// id_calls.cpp
i32 sys_getuid(PtRegs&);
i32 sys_geteuid(PtRegs&);
i32 sys_getgid(PtRegs&);
i32 sys_getegid(PtRegs&);
i32 sys_setuid(PtRegs&);
i32 sys_setgid(PtRegs&);
i32 sys_getresuid(PtRegs&);
i32 sys_getresgid(PtRegs&);
i32 sys_setreuid(PtRegs&);
i32 sys_setresuid(PtRegs&);
i32 sys_setfsuid(PtRegs&);
i32 sys_setregid(PtRegs&);
i32 sys_setresgid(PtRegs&);
i32 sys_setfsgid(PtRegs&);
i32 sys_getgroups(PtRegs&);
i32 sys_setgroups(PtRegs&);

// capability_calls.cpp
i32 sys_capget(PtRegs&);
i32 sys_capset(PtRegs&);

// limit_calls.cpp
i32 sys_setrlimit(PtRegs&);
i32 sys_getrlimit(PtRegs&);
i32 sys_prlimit64(PtRegs&);

// sched_calls.cpp
i32 sys_sched_setscheduler(PtRegs&);
i32 sys_sched_getscheduler(PtRegs&);
i32 sys_sched_getparam(PtRegs&);
i32 sys_sched_yield(PtRegs&);
i32 sys_setpriority(PtRegs&);
i32 sys_getpriority(PtRegs&);
i32 sys_nanosleep(PtRegs&);
i32 sys_clock_nanosleep(PtRegs&);
i32 sys_clock_gettime(PtRegs&);
i32 sys_gettimeofday(PtRegs&);
i32 sys_time(PtRegs&);
i32 sys_restart_syscall(PtRegs&);

// io_calls.cpp
i32 sys_ioprio_set(PtRegs&);
i32 sys_ioprio_get(PtRegs&);

// socket_calls.cpp
i32 sys_socketcall(PtRegs&);

// ipc_calls.cpp
i32 sys_ipc(PtRegs&);

// memory_calls.cpp
i32 sys_brk(PtRegs&);
i32 sys_mmap2(PtRegs&);
i32 sys_munmap(PtRegs&);
i32 sys_mprotect(PtRegs&);
i32 sys_madvise(PtRegs&);

// system_calls.cpp
i32 sys_delete_module(PtRegs&);
i32 sys_ioperm(PtRegs&);
i32 sys_personality(PtRegs&);
i32 sys_uname(PtRegs&);
i32 sys_sethostname(PtRegs&);
i32 sys_setdomainname(PtRegs&);
i32 sys_sysinfo(PtRegs&);
i32 sys_getrandom(PtRegs&);
i32 sys_reboot(PtRegs&);

} // namespace forkproof
