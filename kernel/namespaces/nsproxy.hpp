// kernel/namespaces/ holds what CLONE_NEW* separates: uts names, ipc, mounts, pids, the network; each a
// counted object with an identity, and the nsproxy that a task holds them by (linux-2.6.33 kernel/nsproxy.c).
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/mm/frame.hpp"
#include "kernel/namespaces/mount.hpp"

namespace forkproof {

inline constexpr u32 NEW_UTS_LEN = 64;

/// linux-2.6.33 struct new_utsname.
struct UtsName {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};
struct UtsNs {
    u32 count = 1;
    u32 id = 0;
    UtsName name = {};
};
struct IpcNs {
    u32 count = 1; ///< nsproxies and undo lists
    u32 id = 0;
    u32 sem_seq = 0;   ///< the next set's sequence number: it makes the ids of one index differ
    ListNode sem_sets; ///< of SemSet, by index (kernel/ipc/sem.hpp)
};
struct NetNs {
    u32 count = 1; ///< nsproxies and sockets
    u32 id = 0;
    bool lo_up = false; ///< its loopback (kernel/net), and what has gone through it
    u32 lo_packets = 0, lo_bytes = 0;
};
inline constexpr u32 PID_MAX = 32768;      // linux/threads.h PID_MAX_DEFAULT
inline constexpr u32 MAX_PID_NS_LEVEL = 7; ///< deeper nesting is refused with ENOMEM
inline constexpr u32 RESERVED_PIDS = 300;  ///< the cursor wraps to here

struct PidNs {
    u32 count = 1; ///< nsproxies, struct pids in it, child namespaces, its proc
    u32 id = 0;
    u32 level = 0;
    PidNs* parent = nullptr; ///< counted
    Task* child_reaper = nullptr;
    u32 last_pid = 0;
    u8* pidmap = nullptr; ///< one page: a bit a number
    u32 nr_free = PID_MAX - 1;
    Mount* proc_mnt = nullptr; ///< counted, until its init is dead: the kernel's own mount of its proc
};

struct Nsproxy {
    u32 count = 1;
    UtsNs* uts_ns = nullptr;
    IpcNs* ipc_ns = nullptr;
    MntNs* mnt_ns = nullptr;
    PidNs* pid_ns = nullptr;
    NetNs* net_ns = nullptr;
};

extern PidNs* init_pid_ns;

/// The first namespaces; `root` is the directory that the first mount shows.
Nsproxy* namespaces_init(Inode* root);

/// A new nsproxy for a child: new namespaces where the flags ask, the parent's otherwise. With CLONE_NEWNS
/// the given fs (the child's) moves to the copy of its mounts. Null if memory is out: nothing has changed
/// then.
[[nodiscard]] Nsproxy* create_new_namespaces(u32 flags, Nsproxy* old, Fs* fs);
inline void get_nsproxy(Nsproxy* n) { n->count++; }
void put_nsproxy(Nsproxy* n);

inline void get_ipc_ns(IpcNs* n) { n->count++; }
/// Drops one count; with the last one its semaphore sets go too (kernel/ipc/sem_set.cpp).
void put_ipc_ns(IpcNs* n);
inline void get_net_ns(NetNs* n) { n->count++; }
void put_net_ns(NetNs* ns);
inline void get_pid_ns(PidNs* n) { n->count++; }
void put_pid_ns(PidNs* n);
/// Gives the kernel's own mount of a namespace's proc back, once: for a fork that fails, or when the
/// namespace's init is dead (linux-2.6.33 pid_ns_release_proc). The caller holds the namespace.
void pid_ns_release_proc(PidNs& ns);

} // namespace forkproof
