#include "kernel/task/pid.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 HASH_SIZE = 256;
constinit List<Upid, &Upid::hash> pid_hash[HASH_SIZE] = {};

FORKPROOF_BOUNDARY auto& pid_bucket(i32 nr, const PidNs* ns) {
    return pid_hash[(static_cast<u32>(nr) + ns->id * 37) % HASH_SIZE];
}

bool taken(const PidNs& ns, u32 nr) { return ns.pidmap[nr / 8] >> (nr % 8) & 1; }
void set_taken(PidNs& ns, u32 nr, bool on) {
    const u8 bit = static_cast<u8>(1U << (nr % 8));
    ns.pidmap[nr / 8] = static_cast<u8>(on ? ns.pidmap[nr / 8] | bit : ns.pidmap[nr / 8] & ~bit);
    ns.nr_free = on ? ns.nr_free - 1 : ns.nr_free + 1;
}

/// The next free number after the cursor, wrapping to RESERVED_PIDS; 0 if all are taken.
FORKPROOF_BOUNDARY u32 alloc_number(PidNs& ns) {
    if (ns.nr_free == 0) return 0;
    u32 nr = ns.last_pid + 1;
    for (u32 tried = 0; tried < PID_MAX; tried++, nr++) {
        if (nr >= PID_MAX) nr = RESERVED_PIDS;
        if (taken(ns, nr)) continue;
        set_taken(ns, nr, true);
        ns.last_pid = nr;
        return nr;
    }
    return 0;
}

void free_numbers_above(Pid& pid, i32 level) {
    for (i32 i = static_cast<i32>(pid.level); i > level; i--)
        set_taken(*pid.numbers[i].ns, static_cast<u32>(pid.numbers[i].nr), false);
}

void destroy_pid(Pid* pid) {
    PidNs* ns = pid->numbers[pid->level].ns;
    destroy(pid);
    put_pid_ns(ns);
}

} // namespace

Pid* alloc_pid(PidNs* ns) {
    auto* pid = create<Pid>();
    if (!pid) return nullptr;
    pid->level = ns->level;
    PidNs* at = ns;
    for (i32 i = static_cast<i32>(ns->level); i >= 0; i--, at = at->parent) {
        const u32 nr = alloc_number(*at);
        if (nr == 0) {
            free_numbers_above(*pid, i);
            destroy(pid);
            return nullptr;
        }
        pid->numbers[i].nr = static_cast<i32>(nr);
        pid->numbers[i].ns = at;
    }
    get_pid_ns(ns);
    for (u32 i = 0; i <= pid->level; i++)
        pid_bucket(pid->numbers[i].nr, pid->numbers[i].ns).push_front(pid->numbers[i]);
    return pid;
}

void free_pid(Pid* pid) {
    for (u32 i = 0; i <= pid->level; i++) pid->numbers[i].hash.unlink();
    free_numbers_above(*pid, -1);
    pid->count = 0;
    if (pid->held == 0) destroy_pid(pid);
}

void drop_pid(Pid* pid) {
    if (--pid->held == 0 && pid->count == 0) destroy_pid(pid);
}

void attach_pid(Task& task, PidType type, Pid* pid) {
    task.pids[type].pid = pid;
    task.pids[type].node.insert_before(pid->tasks[type]);
    pid->count++;
}

void detach_pid(Task& task, PidType type) {
    Pid* pid = task.pids[type].pid;
    task.pids[type].node.unlink();
    task.pids[type].pid = nullptr;
    if (--pid->count == 1) free_pid(pid);
}

u32 hashed_numbers() {
    u32 n = 0;
    for (auto& bucket : pid_hash)
        for ([[maybe_unused]] const Upid& number : bucket) n++;
    return n;
}

Pid* find_pid(i32 nr, const PidNs* ns) {
    for (Upid& u : pid_bucket(nr, ns)) {
        if (u.nr != nr || u.ns != ns) continue;
        Upid* first = &u - ns->level; // numbers[level] is this one
        return reinterpret_cast<Pid*>(reinterpret_cast<char*>(first) - offsetof(Pid, numbers));
    }
    return nullptr;
}

Task* task_of_link(ListNode* node, PidType type) {
    const auto offset = offsetof(Task, pids) + type * sizeof(PidLink) + offsetof(PidLink, node);
    return reinterpret_cast<Task*>(reinterpret_cast<char*>(node) - offset);
}

Task* find_task(i32 nr, const PidNs* ns) {
    const Pid* pid = find_pid(nr, ns);
    return pid ? pid_task(*pid) : nullptr;
}

Task* pid_task(const Pid& pid) {
    if (!pid.tasks[PIDTYPE_PID].linked()) return nullptr;
    return task_of_link(pid.tasks[PIDTYPE_PID].next, PIDTYPE_PID);
}

} // namespace forkproof
