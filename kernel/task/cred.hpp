// Who a task is: credentials, users with their count of tasks, user namespaces.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"

namespace forkproof {

enum Capability : u32 {
    CAP_CHOWN = 0,
    CAP_DAC_OVERRIDE = 1,
    CAP_DAC_READ_SEARCH = 2,
    CAP_FOWNER = 3,
    CAP_FSETID = 4,
    CAP_KILL = 5,
    CAP_SETGID = 6,
    CAP_SETUID = 7,
    CAP_SETPCAP = 8,
    CAP_LINUX_IMMUTABLE = 9,
    CAP_NET_BIND_SERVICE = 10,
    CAP_NET_ADMIN = 12,
    CAP_IPC_OWNER = 15,
    CAP_SYS_MODULE = 16,
    CAP_SYS_RAWIO = 17,
    CAP_SYS_CHROOT = 18,
    CAP_SYS_PTRACE = 19,
    CAP_SYS_ADMIN = 21,
    CAP_SYS_BOOT = 22,
    CAP_SYS_NICE = 23,
    CAP_SYS_RESOURCE = 24,
    CAP_MKNOD = 27,
    CAP_MAC_OVERRIDE = 32
}; // linux/capability.h

inline constexpr u64 CAP_FULL_SET = (u64{1} << 34) - 1; ///< CAP_LAST_CAP of 2.6.33 is 33

/// A user in one user namespace. Its holders are credentials; it goes with the last.
struct User {
    u32 count = 1;
    u32 processes = 0; ///< tasks of this user: what RLIMIT_NPROC limits
    u32 uid = 0;
    UserNs* user_ns = nullptr; ///< counted
    ListNode ns_node;          ///< in user_ns->users
};

struct UserNs {
    u32 count = 1;           ///< held by its users (the first one also by the kernel)
    u32 id = 0;              ///< identity for reports: 0 is the first, then in order of making
    User* creator = nullptr; ///< counted; null for the first
    List<User, &User::ns_node> users;
};

inline constexpr u32 NGROUPS = 32; ///< most supplementary groups (Linux: 65536)

/// The groups that a task is in besides its own. Never changed: who wants others makes a new one.
struct GroupInfo {
    u32 count = 1; ///< credentials
    u32 ngroups = 0;
    u32 gid[NGROUPS] = {};
};

struct Cred {
    u32 count = 1; ///< each task holds two: real_cred and cred
    u32 uid = 0, euid = 0, suid = 0, fsuid = 0;
    u32 gid = 0, egid = 0, sgid = 0, fsgid = 0;
    u64 cap_inheritable = 0, cap_permitted = 0, cap_effective = 0, cap_bset = 0;
    User* user = nullptr;            ///< counted
    GroupInfo* group_info = nullptr; ///< counted
};

extern UserNs* init_user_ns;
extern User* root_user;        ///< INIT_USER
extern GroupInfo* init_groups; ///< none: of the first task, and of uid 0 in a new user namespace

/// Makes the first user namespace, its root user, and the all-powerful credentials that init_task starts
/// with.
Cred* cred_init();

inline void get_user_struct(User* u) { u->count++; }
void put_user_struct(User* u);
/// The user with this uid in this namespace, one count more; made if there is none. Null if memory is out.
[[nodiscard]] User* find_or_make_user(UserNs* ns, u32 uid);
/// A new user namespace with its root user (returned, count 1, which holds the namespace). Null: memory is
/// out.
[[nodiscard]] User* create_user_ns(User* creator);

inline void get_group_info(GroupInfo* g) { g->count++; }
void put_group_info(GroupInfo* g);
/// Whether files of this group are open to it as to the group (linux-2.6.33 in_group_p).
[[nodiscard]] bool in_group(const Cred& c, u32 gid);

[[nodiscard]] Cred* dup_cred(const Cred* old);
inline void get_cred(Cred* c) { c->count++; }
void put_cred(Cred* c);
/// The current task has these credentials from now on, which it takes over; the user's count of tasks moves
/// with it.
void commit_creds(Cred* next);
/// What a change of the current task's uids, or of fsuid alone, does to its capabilities: who was root under
/// one of three names, and is under none any more, keeps none; they come and go with euid 0 (linux-2.6.33
/// cap_task_fix_setuid).
void fix_setuid(Cred& next);
void fix_setfsuid(Cred& next);

[[nodiscard]] inline bool has_capability(const Cred& c, Capability cap) {
    return c.cap_effective >> cap & 1U;
}

} // namespace forkproof
