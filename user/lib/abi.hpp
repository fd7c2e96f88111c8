// Linux's constants and structures for i386 that are not part of the project's subject (those are in
// invariants/).
#pragma once
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include <cstddef>
#include <cstdint>

namespace user {
using namespace forkproof;

// Signals (asm/signal.h); a few more have names in names.cpp.
inline constexpr int SIGILL = 4;
inline constexpr int SIGTRAP = 5;
inline constexpr int SIGFPE = 8;
inline constexpr int SIGKILL = 9;
inline constexpr int SIGUSR1 = 10;
inline constexpr int SIGSEGV = 11;
inline constexpr int SIGTERM = 15;
inline constexpr int SIGCHLD = 17;
inline constexpr int SIGCONT = 18;
inline constexpr int SIGSTOP = 19;
inline constexpr int SIGWINCH = 28;

// Options of wait4 (linux/wait.h).
inline constexpr int WNOHANG = 1;
inline constexpr int WUNTRACED = 2;
inline constexpr int WCONTINUED = 8;
inline constexpr std::uint32_t WALL = 0x40000000U;   // __WALL: children with any exit signal
inline constexpr std::uint32_t WCLONE = 0x80000000U; // __WCLONE: only those whose exit signal is not SIGCHLD

// The status word of wait4.
constexpr bool exited(int status) { return (status & 0x7f) == 0; }
constexpr int exit_code(int status) { return (status >> 8) & 0xff; }
constexpr bool signalled(int status) { return (status & 0x7f) != 0 && (status & 0x7f) != 0x7f; }
constexpr int term_signal(int status) { return status & 0x7f; }
constexpr bool stopped(int status) { return (status & 0xff) == 0x7f; }
constexpr int stop_signal(int status) { return (status >> 8) & 0xff; }
inline constexpr int CONTINUED_STATUS = 0xffff;

inline constexpr int O_RDONLY = 0;
inline constexpr int SEEK_SET = 0;
inline constexpr int SEEK_CUR = 1;

inline constexpr int PROT_NONE = 0;
inline constexpr int PROT_READ = 1;
inline constexpr int PROT_WRITE = 2;
inline constexpr int MAP_PRIVATE = 2;
inline constexpr int MAP_ANONYMOUS = 0x20;
inline constexpr std::uint32_t PAGE_SIZE = 4096;

inline constexpr int FUTEX_WAIT = 0;
inline constexpr int FUTEX_WAKE = 1;

inline constexpr int SCHED_OTHER = 0;
inline constexpr int SCHED_FIFO = 1;
inline constexpr int SCHED_RESET_ON_FORK = 0x40000000;

inline constexpr int IOPRIO_WHO_PROCESS = 1; // linux/ioprio.h
inline constexpr int IOPRIO_CLASS_BE = 2;
inline constexpr int IOPRIO_CLASS_SHIFT = 13;

inline constexpr int RLIMIT_NPROC = 6;

/// setuid() to somebody without privilege.
inline constexpr int NOBODY = 65534;

// reboot(2): two magic numbers, then what to do (linux/reboot.h).
inline constexpr std::uint32_t REBOOT_MAGIC1 = 0xfee1dead;
inline constexpr std::uint32_t REBOOT_MAGIC2 = 672274793;
inline constexpr std::uint32_t REBOOT_POWER_OFF = 0x4321fedc;

struct Rlimit {
    std::uint32_t current, maximum;
};

struct Timespec {
    int seconds, nanoseconds;
};

struct SchedParam {
    int priority;
};

/// struct new_utsname
struct Utsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

/// struct user_desc (asm/ldt.h): entry_number -1 asks for a free TLS slot.
struct UserDesc {
    std::uint32_t entry_number, base, limit, bits;
};
inline constexpr std::uint32_t USER_DESC_SEG_32BIT = 1, USER_DESC_LIMIT_IN_PAGES = 0x10,
                               USER_DESC_USEABLE = 0x40;

/// struct sysinfo, 64 bytes
struct Sysinfo {
    int uptime;
    std::uint32_t loads[3];
    std::uint32_t totalram, freeram, sharedram, bufferram, totalswap,
        freeswap;             ///< in units of mem_unit bytes
    std::uint16_t procs, pad; ///< procs: all tasks
    std::uint32_t totalhigh, freehigh, mem_unit;
    char fill[8];
};
static_assert(sizeof(Sysinfo) == 64);

} // namespace user
