// capget and capset (linux-2.6.33 kernel/capability.c, security/commoncap.c cap_capset).
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

// linux/capability.h: the versions differ in how many words a set has.
constexpr u32 VERSION_1 = 0x19980330, VERSION_2 = 0x20071026, VERSION_3 = 0x20080522;

struct Header {
    u32 version;
    i32 pid;
};
struct Data {
    u32 effective, permitted, inheritable;
};
/// The sets that the words say.
struct Sets {
    u64 effective, permitted, inheritable;
};

/// How many words a set has; 0: the version is not known, and the caller has been told the one that is
/// preferred.
u32 words_of(const Header& header, UserAddr at) {
    if (header.version == VERSION_1) return 1;
    if (header.version == VERSION_2 || header.version == VERSION_3) return 2;
    (void)put_user(VERSION_3, at);
    return 0;
}

u32 word(u64 set, u32 i) { return static_cast<u32>(set >> 32 * i); }

bool within(u64 some, u64 all) { return (some & ~all) == 0; }

Errno may_set(const Sets& s, const Cred& old) {
    if (!within(s.inheritable, old.cap_inheritable | old.cap_permitted) && !capable(CAP_SETPCAP))
        return Errno::EPERM;
    if (!within(s.inheritable, old.cap_inheritable | old.cap_bset)) return Errno::EPERM;
    if (!within(s.permitted, old.cap_permitted)) return Errno::EPERM;
    return within(s.effective, s.permitted) ? Errno::OK : Errno::EPERM;
}

} // namespace

i32 sys_capget(PtRegs& r) {
    Header header;
    if (get_user(header, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    const u32 words = words_of(header, r.bx);
    if (words == 0) return r.cx == 0 ? 0 : negative(Errno::EINVAL); // that is how one asks for the version
    if (header.pid < 0) return negative(Errno::EINVAL);
    const Task* task = header.pid == 0 ? current() : find_task(header.pid, task_active_pid_ns(*current()));
    if (!task) return negative(Errno::ESRCH);
    const Cred& c = *task->real_cred;
    for (u32 i = 0; i < words; i++) {
        const Data data = {word(c.cap_effective, i), word(c.cap_permitted, i), word(c.cap_inheritable, i)};
        if (put_user(data, r.cx + i * sizeof data) != Errno::OK) return negative(Errno::EFAULT);
    }
    return 0;
}

/// Of the caller only: EPERM for another task.
i32 sys_capset(PtRegs& r) {
    Header header;
    if (get_user(header, r.bx) != Errno::OK) return negative(Errno::EFAULT);
    const u32 words = words_of(header, r.bx);
    if (words == 0) return negative(Errno::EINVAL);
    if (header.pid != 0 && header.pid != pid_vnr(*current())) return negative(Errno::EPERM);
    Sets sets{};
    for (u32 i = 0; i < words; i++) {
        Data data;
        if (get_user(data, r.cx + i * sizeof data) != Errno::OK) return negative(Errno::EFAULT);
        sets.effective |= u64{data.effective} << 32 * i & CAP_FULL_SET;
        sets.permitted |= u64{data.permitted} << 32 * i & CAP_FULL_SET;
        sets.inheritable |= u64{data.inheritable} << 32 * i & CAP_FULL_SET;
    }
    if (const Errno e = may_set(sets, *current()->cred); e != Errno::OK) return negative(e);
    Cred* next = dup_cred(current()->cred);
    if (!next) return negative(Errno::ENOMEM);
    next->cap_effective = sets.effective;
    next->cap_permitted = sets.permitted;
    next->cap_inheritable = sets.inheritable;
    commit_creds(next);
    return 0;
}

} // namespace forkproof
