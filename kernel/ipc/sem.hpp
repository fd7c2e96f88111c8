// Semaphore sets (linux-2.6.33 ipc/sem.c): values that tasks take from and give to, several at once or none,
// and sleep for. A set belongs to one ipc namespace, and is found there by its key or its id.
#pragma once
#include "kernel/ipc/undo.hpp"
#include "kernel/task/wait_queue.hpp"

namespace forkproof {

// linux-2.6.33 linux/sem.h, linux/ipc.h. SEMMNS, the semaphores in all, is SEMMNI * SEMMSL: never the tighter
// one.
inline constexpr u32 SEMMNI = 128;           ///< sets in a namespace, at most
inline constexpr u32 SEMOPM = 32;            ///< operations in a call, at most
inline constexpr i32 SEMVMX = 32767;         ///< the highest value
inline constexpr u32 SEQ_MULTIPLIER = 32768; ///< an id is index + sequence number * this
inline constexpr i32 IPC_PRIVATE = 0;        ///< the key of a set that nobody finds by its key
enum IpcFlag : u32 { IPC_CREAT = 01000, IPC_EXCL = 02000, IPC_NOWAIT = 04000, SEM_UNDO = 0x1000 };
/// What is asked of a set's mode; each stands for its owner, its group and others alike.
inline constexpr u32 IPC_READ = 0444, IPC_WRITE = 0222, IPC_MODES = 0777;

/// One operation of a semop, as ring 3 writes it (struct sembuf).
struct SemOperation {
    u16 number;
    i16 change; ///< 0: wait until the value is 0
    i16 flags;  ///< IPC_NOWAIT, SEM_UNDO
};

/// A task that sleeps in semop; lives on its stack. Whoever makes its operations possible does them for it.
struct SemWait {
    const SemOperation* operations;
    u32 count;
    SemUndo* undo; ///< where SEM_UNDO is noted; null if no operation asks for that
    u16 pid;
    bool alters;       ///< some operation changes a value
    bool done = false; ///< it is over: `error` says how, and the set is no longer to be touched
    Errno error = Errno::OK;
    ListNode node = {}; ///< in SemSet::waiting
    WaitQueue sleeper = {};
};

struct SemSet {
    ListNode node; ///< in IpcNs::sem_sets
    i32 id = 0, key = IPC_PRIVATE;
    u32 uid = 0, gid = 0;   ///< the owner
    u32 cuid = 0, cgid = 0; ///< who made it
    u32 mode = 0;
    u32 nsems = 0;
    u64 otime = 0, ctime = 0; ///< the last operation, the last change by semctl, by the time stamp counter
    List<SemUndo, &SemUndo::set_node> undos;
    List<SemWait, &SemWait::node> waiting; ///< in the order of arrival
    u16 value[SEMMSL] = {};
    u16 pid[SEMMSL] = {}; ///< who changed the value last
};

using SemSetList = List<SemSet, &SemSet::node>;
[[nodiscard]] inline SemSetList& sets_of(IpcNs& ns) {
    static_assert(sizeof(SemSetList) == sizeof(ListNode));
    return reinterpret_cast<SemSetList&>(ns.sem_sets);
}

/// The id of the set with this key, or of a new one, as the flags and the mode in them ask. ENOENT, EEXIST,
/// EINVAL, EACCES, ENOSPC, ENOMEM.
[[nodiscard]] i32 semget(i32 key, i32 nsems, u32 flags);
/// The set with this id in the caller's namespace: EINVAL if there is none, EIDRM if another has its place
/// now.
[[nodiscard]] Result<SemSet*> find_sem_set(i32 id);
/// Whether the caller may do this (IPC_READ, IPC_WRITE) to the set (linux-2.6.33 ipcperms).
[[nodiscard]] bool may_use(const SemSet& set, u32 what);
/// Whether the caller may remove the set or give it away: its owner, its maker, or CAP_SYS_ADMIN.
[[nodiscard]] bool may_control(const SemSet& set);
/// Removes the set: its sleepers are told EIDRM, nobody has anything to undo on it any more.
void destroy_sem_set(SemSet& set);

/// Does all `count` (1..SEMOPM) operations or none; sleeps until they can be done, unless IPC_NOWAIT, at most
/// until the deadline (0: none). EAGAIN, EIDRM, EINTR, EFBIG, ERANGE, EACCES, ENOMEM, EINVAL.
[[nodiscard]] i32 semtimedop(i32 id, const SemOperation* operations, u32 count, u64 deadline);
/// Does what sleepers wait for, as far as that is possible now, and wakes them (linux-2.6.33 update_queue).
/// After each change of a value.
void serve_waiters(SemSet& set);
/// Ends the sleep of one with this result.
void end_wait(SemWait& wait, Errno error);
/// The caller's process as sempid tells it.
[[nodiscard]] u16 sem_pid();

} // namespace forkproof
