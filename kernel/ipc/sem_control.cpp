#include "kernel/ipc/sem_control.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/lib/divide.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

// linux-2.6.33 linux/ipc.h, linux/sem.h
enum Command : u32 {
    IPC_RMID = 0,
    IPC_SET = 1,
    IPC_STAT = 2,
    GETPID = 11,
    GETVAL = 12,
    GETALL = 13,
    GETNCNT = 14,
    GETZCNT = 15,
    SETVAL = 16,
    SETALL = 17,
    IPC_64 = 0x100
};

/// linux-2.6.33 asm-generic/ipcbuf.h, asm/sembuf.h
struct IpcPerm64 {
    i32 key;
    u32 uid, gid, cuid, cgid;
    u16 mode, pad1, seq, pad2;
    u32 unused[2];
};
struct SemidDs64 {
    IpcPerm64 perm;
    u32 otime, unused1, ctime, unused2, nsems, unused[2];
};

u32 seconds(u64 ticks) { return static_cast<u32>(quotient(ticks, static_cast<u32>(TICKS_PER_SECOND))); }

i32 stat(const SemSet& set, UserAddr to) {
    SemidDs64 answer = {};
    answer.perm.key = set.key;
    answer.perm.uid = set.uid;
    answer.perm.gid = set.gid;
    answer.perm.cuid = set.cuid;
    answer.perm.cgid = set.cgid;
    answer.perm.mode = static_cast<u16>(set.mode);
    answer.perm.seq = static_cast<u16>(static_cast<u32>(set.id) / SEQ_MULTIPLIER);
    answer.otime = seconds(set.otime);
    answer.ctime = seconds(set.ctime);
    answer.nsems = set.nsems;
    return negative(put_user(answer, to));
}

i32 set_owner(i32 id, UserAddr from) {
    SemidDs64 wanted;
    if (get_user(wanted, from) != Errno::OK) return negative(Errno::EFAULT);
    const Result<SemSet*> found = find_sem_set(id);
    if (!found.ok()) return negative(found.error());
    SemSet& set = *found.value();
    if (!may_control(set)) return negative(Errno::EPERM);
    set.uid = wanted.perm.uid;
    set.gid = wanted.perm.gid;
    set.mode = wanted.perm.mode & IPC_MODES;
    set.ctime = rdtsc();
    return 0;
}

i32 remove(i32 id) {
    const Result<SemSet*> found = find_sem_set(id);
    if (!found.ok()) return negative(found.error());
    if (!may_control(*found.value())) return negative(Errno::EPERM);
    destroy_sem_set(*found.value());
    return 0;
}

/// How many sleepers have an operation like this one on the semaphore (linux-2.6.33 count_semncnt,
/// count_semzcnt).
i32 count_waits(SemSet& set, u32 number, bool for_zero) {
    i32 count = 0;
    for (const SemWait& wait : set.waiting)
        for (u32 i = 0; i < wait.count; i++) {
            const SemOperation& op = wait.operations[i];
            if (op.number != number || op.flags & IPC_NOWAIT) continue;
            if (for_zero ? op.change == 0 : op.change < 0) count++;
        }
    return count;
}

/// A new value stands for itself: nobody undoes what came before it.
void set_value(SemSet& set, u32 number, u16 value) {
    for (SemUndo& entry : set.undos) entry.adjustment[number] = 0;
    set.value[number] = value;
}

i32 set_all(SemSet& set, UserAddr from) {
    u16 values[SEMMSL];
    if (copy_from_user(values, from, set.nsems * sizeof(u16)) != Errno::OK) return negative(Errno::EFAULT);
    for (u32 i = 0; i < set.nsems; i++)
        if (values[i] > SEMVMX) return negative(Errno::ERANGE);
    for (u32 i = 0; i < set.nsems; i++) set_value(set, i, values[i]);
    return 0;
}

i32 set_one(SemSet& set, u32 number, i32 value) {
    if (value < 0 || value > SEMVMX) return negative(Errno::ERANGE);
    set_value(set, number, static_cast<u16>(value));
    set.pid[number] = sem_pid();
    return 0;
}

i32 get_one(SemSet& set, u32 number, u32 command) {
    switch (command) {
    case GETVAL: return set.value[number];
    case GETPID: return set.pid[number];
    default: return count_waits(set, number, command == GETZCNT);
    }
}

/// The commands about one semaphore, or all of them.
i32 values(SemSet& set, i32 number, u32 command, u32 argument) {
    if (command == GETALL) return negative(copy_to_user(argument, set.value, set.nsems * sizeof(u16)));
    const bool one = command != SETALL;
    if (one && (number < 0 || number >= static_cast<i32>(set.nsems))) return negative(Errno::EINVAL);
    const u32 n = static_cast<u32>(number);
    if (one && command != SETVAL) return get_one(set, n, command);
    const i32 answer = one ? set_one(set, n, static_cast<i32>(argument)) : set_all(set, argument);
    if (answer != 0) return answer;
    set.ctime = rdtsc();
    serve_waiters(set);
    return 0;
}

} // namespace

i32 semctl(i32 id, i32 number, u32 command, u32 argument) {
    const u32 what = command & ~static_cast<u32>(IPC_64);
    if (what == IPC_RMID) return remove(id);
    if ((what == IPC_SET || what == IPC_STAT) && what == command) return negative(Errno::EINVAL);
    if (what == IPC_SET) return set_owner(id, argument);
    if (what != IPC_STAT && (what < GETPID || what > SETALL)) return negative(Errno::EINVAL);
    const Result<SemSet*> found = find_sem_set(id);
    if (!found.ok()) return negative(found.error());
    SemSet& set = *found.value();
    if (!may_use(set, what == SETVAL || what == SETALL ? IPC_WRITE : IPC_READ))
        return negative(Errno::EACCES);
    return what == IPC_STAT ? stat(set, argument) : values(set, number, what, argument);
}

} // namespace forkproof
