#include "kernel/check/report.hpp"
#include "kernel/mm/frame.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/namespaces/nsproxy.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/syscalls/time.hpp"

namespace forkproof {

namespace {

i32 set_name(char (&field)[65], PtRegs& r) {
    if (!capable(CAP_SYS_ADMIN)) return negative(Errno::EPERM);
    if (r.cx > NEW_UTS_LEN) return negative(Errno::EINVAL);
    char name[65] = {};
    if (copy_from_user(name, r.bx, r.cx) != Errno::OK) return negative(Errno::EFAULT);
    memcpy(field, name, sizeof name);
    return 0;
}

} // namespace

i32 sys_uname(PtRegs& r) {
    const UtsName& name = current()->nsproxy->uts_ns->name;
    return put_user(name, r.bx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}
i32 sys_sethostname(PtRegs& r) { return set_name(current()->nsproxy->uts_ns->name.nodename, r); }
i32 sys_setdomainname(PtRegs& r) { return set_name(current()->nsproxy->uts_ns->name.domainname, r); }

i32 sys_sysinfo(PtRegs& r) {
    struct Sysinfo {
        i32 uptime;
        u32 loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
        u16 procs, pad;
        u32 totalhigh, freehigh, mem_unit;
        char filler[8];
    } info{};
    const FrameTotals frames = frame_totals();
    info.uptime = timespec_of(rdtsc()).sec;
    info.totalram = frames.total * PAGE_SIZE;
    info.freeram = frames.free * PAGE_SIZE;
    info.procs = static_cast<u16>(task_counts.nr_threads);
    info.mem_unit = 1;
    return put_user(info, r.bx) == Errno::OK ? 0 : negative(Errno::EFAULT);
}

/// Pseudo-random, the same in every run: this kernel keeps no secrets, and its runs are to be comparable.
i32 sys_getrandom(PtRegs& r) {
    static u32 state = 0x9e3779b9; // xorshift32 (Marsaglia 2003)
    for (u32 done = 0; done < r.cx; done++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        const u8 byte = static_cast<u8>(state >> 24);
        if (put_user(byte, r.bx + done) != Errno::OK)
            return done ? static_cast<i32>(done) : negative(Errno::EFAULT);
    }
    return static_cast<i32>(r.cx);
}

/// Power off. What the fourth argument says of the program's status is believed of the first init only.
i32 sys_reboot(PtRegs& r) {
    constexpr u32 MAGIC1 = 0xfee1dead, MAGIC2 = 672274793, POWER_OFF = 0x4321fedc, HALT = 0xcdef0123;
    if (!capable(CAP_SYS_BOOT)) return negative(Errno::EPERM);
    if (r.bx != MAGIC1 || r.cx != MAGIC2 || (r.dx != POWER_OFF && r.dx != HALT))
        return negative(Errno::EINVAL);
    power_off(r.si);
}

} // namespace forkproof
