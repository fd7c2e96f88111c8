// ipc: the one call through which i386 reaches System V's (linux-2.6.33 ipc/syscall.c sys_ipc). Message
// queues and shared memory are not there.
#include "kernel/ipc/sem.hpp"
#include "kernel/ipc/sem_control.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/syscalls/time.hpp"

namespace forkproof {

namespace {

enum IpcCall : u32 { SEMOP = 1, SEMGET = 2, SEMCTL = 3, SEMTIMEDOP = 4 }; // linux-2.6.33 linux/ipc.h

i32 sem_operations(i32 id, u32 count, UserAddr from, UserAddr timeout) {
    SemOperation operations[SEMOPM];
    if (static_cast<i32>(count) < 1 || id < 0) return negative(Errno::EINVAL);
    if (count > SEMOPM) return negative(Errno::E2BIG);
    if (copy_from_user(operations, from, count * sizeof(SemOperation)) != Errno::OK)
        return negative(Errno::EFAULT);
    u64 deadline = 0;
    if (timeout) {
        if (const Errno e = read_timespec(timeout, deadline); e != Errno::OK) return negative(e);
        deadline += rdtsc();
    }
    return semtimedop(id, operations, count, deadline);
}

} // namespace

/// ENOSYS for what is no semaphore's.
i32 sys_ipc(PtRegs& r) {
    constexpr u32 CALL = 0xffff; // above it stands a version that semaphores do not look at
    const i32 first = static_cast<i32>(r.cx), second = static_cast<i32>(r.dx);
    const UserAddr ptr = r.di;
    u32 argument;
    switch (r.bx & CALL) {
    case SEMOP: return sem_operations(first, r.dx, ptr, 0);
    case SEMTIMEDOP: return sem_operations(first, r.dx, ptr, r.bp);
    case SEMGET: return semget(first, second, r.si);
    case SEMCTL:
        if (!ptr) return negative(Errno::EINVAL);
        if (get_user(argument, ptr) != Errno::OK) return negative(Errno::EFAULT);
        return semctl(first, second, r.si, argument);
    default: return negative(Errno::ENOSYS);
    }
}

} // namespace forkproof
