// Semaphore sets come and go: keys, ids, permissions, and the end of their namespace (linux-2.6.33
// ipc/util.c).
#include "kernel/arch/cpu.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 MAX_SEQ = 0xffff; // ids stay positive

u32 index_of(const SemSet& set) { return static_cast<u32>(set.id) % SEQ_MULTIPLIER; }

SemSet* find_key(IpcNs& ns, i32 key) {
    if (key == IPC_PRIVATE) return nullptr;
    for (SemSet& set : sets_of(ns))
        if (set.key == key) return &set;
    return nullptr;
}

/// A new set at the lowest index that is free.
i32 make_set(IpcNs& ns, i32 key, u32 nsems, u32 mode) {
    if (nsems == 0) return negative(Errno::EINVAL);
    u32 index = 0;
    ListNode* after = &ns.sem_sets;
    for (SemSet& set : sets_of(ns)) {
        if (index_of(set) != index) {
            after = &set.node;
            break;
        }
        index++;
    }
    if (index == SEMMNI) return negative(Errno::ENOSPC);
    auto* set = create<SemSet>();
    if (!set) return negative(Errno::ENOMEM);
    const Cred& cred = *current()->cred;
    set->id = static_cast<i32>(ns.sem_seq * SEQ_MULTIPLIER + index);
    ns.sem_seq = ns.sem_seq == MAX_SEQ ? 0 : ns.sem_seq + 1;
    set->key = key;
    set->uid = set->cuid = cred.euid;
    set->gid = set->cgid = cred.egid;
    set->mode = mode & IPC_MODES;
    set->nsems = nsems;
    set->ctime = rdtsc();
    set->node.insert_before(*after);
    return set->id;
}

} // namespace

i32 semget(i32 key, i32 nsems, u32 flags) {
    if (nsems < 0 || nsems > static_cast<i32>(SEMMSL)) return negative(Errno::EINVAL);
    const u32 n = static_cast<u32>(nsems);
    IpcNs& ns = *current()->nsproxy->ipc_ns;
    const SemSet* set = find_key(ns, key);
    if (!set) {
        if (key != IPC_PRIVATE && !(flags & IPC_CREAT)) return negative(Errno::ENOENT);
        return make_set(ns, key, n, flags);
    }
    if ((flags & IPC_CREAT) && (flags & IPC_EXCL)) return negative(Errno::EEXIST);
    if (n > set->nsems) return negative(Errno::EINVAL);
    if (!may_use(*set, flags)) return negative(Errno::EACCES);
    return set->id;
}

Result<SemSet*> find_sem_set(i32 id) {
    if (id < 0) return Errno::EINVAL;
    for (SemSet& set : sets_of(*current()->nsproxy->ipc_ns)) {
        if (set.id == id) return &set;
        if (index_of(set) == static_cast<u32>(id) % SEQ_MULTIPLIER) return Errno::EIDRM;
    }
    return Errno::EINVAL;
}

bool may_use(const SemSet& set, u32 what) {
    const Cred& cred = *current()->cred;
    const u32 asked = what | what >> 3 | what >> 6; // for whomever it was written
    u32 granted = set.mode;
    if (cred.euid == set.uid || cred.euid == set.cuid)
        granted >>= 6;
    else if (cred.fsgid == set.gid || cred.fsgid == set.cgid)
        granted >>= 3;
    return !(asked & ~granted & 7) || capable(CAP_IPC_OWNER);
}

bool may_control(const SemSet& set) {
    const u32 euid = current()->cred->euid;
    return euid == set.uid || euid == set.cuid || capable(CAP_SYS_ADMIN);
}

void destroy_sem_set(SemSet& set) {
    for (SemUndo& entry : set.undos) destroy_undo(entry);
    for (SemWait& wait : set.waiting) end_wait(wait, Errno::EIDRM);
    set.node.unlink();
    destroy(&set);
}

/// Nobody who could still wait or undo holds the namespace.
void put_ipc_ns(IpcNs* ns) {
    if (--ns->count != 0) return;
    for (SemSet& set : sets_of(*ns)) destroy_sem_set(set);
    destroy(ns);
}

} // namespace forkproof
