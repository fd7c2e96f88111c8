// Process numbers: a struct pid has one number in each pid namespace from its own up to the first, and lists
// the tasks that use it as their own number, their process group's or their session's (linux-2.6.33
// kernel/pid.c).
#pragma once
#include "kernel/lib/list.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

enum PidType : u8 { PIDTYPE_PID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

/// One number in one namespace, linked in the hash.
struct Upid {
    i32 nr = 0;
    PidNs* ns = nullptr;
    ListNode hash;
};

struct Pid {
    u32 count =
        1; ///< the allocation itself, and each task attached: with the last of these the numbers are free
    u32 held = 0; ///< by who only remembers it: the inodes of proc. They keep the object alive
    u32 level = 0;
    ListNode tasks[PIDTYPE_MAX];        ///< of PidLink::node
    Upid numbers[MAX_PID_NS_LEVEL + 1]; ///< 0..level
};

/// How a task is attached to a pid.
struct PidLink {
    ListNode node;
    Pid* pid = nullptr;
};

/// A number in `ns` and in every namespace above it, hashed. Null: memory or numbers are out. Counts `ns`.
[[nodiscard]] Pid* alloc_pid(PidNs* ns);
/// Unhashes, gives the numbers back, drops the allocation's count. The object stays while somebody holds it.
void free_pid(Pid* pid);
inline void hold_pid(Pid* pid) { pid->held++; }
void drop_pid(Pid* pid);
/// The task whose own number this is; null: it is gone.
[[nodiscard]] Task* pid_task(const Pid& pid);

void attach_pid(Task& task, PidType type, Pid* pid);
/// Detaches; the last task of any type frees the pid.
void detach_pid(Task& task, PidType type);

[[nodiscard]] Pid* find_pid(i32 nr, const PidNs* ns);
/// The task whose own number this is, in this namespace; null if there is none.
[[nodiscard]] Task* find_task(i32 nr, const PidNs* ns);
/// How many numbers can be found, of all pids in all namespaces: for the digest.
[[nodiscard]] u32 hashed_numbers();
/// The task that a PidLink's node belongs to.
[[nodiscard]] Task* task_of_link(ListNode* node, PidType type);
/// Calls f(task) for each task that uses the pid in this way; f may detach its task.
template <class F>
void for_each_attached(Pid& pid, PidType type, F f) {
    for (ListNode* n = pid.tasks[type].next; n != &pid.tasks[type];) {
        Task* task = task_of_link(n, type);
        n = n->next;
        f(*task);
    }
}
/// The number as seen from `ns`; 0 if it is not visible there (linux-2.6.33 pid_nr_ns).
[[nodiscard]] inline i32 pid_nr_ns(const Pid* pid, const PidNs* ns) {
    if (!pid || ns->level > pid->level) return 0;
    const Upid& number = pid->numbers[ns->level];
    return number.ns == ns ? number.nr : 0;
}
[[nodiscard]] inline i32 pid_nr(const Pid* pid) { return pid ? pid->numbers[0].nr : 0; }
/// The namespace that a task lives in: where its pid was allocated (linux-2.6.33 ns_of_pid).
[[nodiscard]] inline PidNs* ns_of_pid(const Pid* pid) { return pid ? pid->numbers[pid->level].ns : nullptr; }

} // namespace forkproof
