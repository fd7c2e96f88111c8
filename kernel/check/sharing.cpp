// A property of a step: what a child shares with its maker is what invariants/sharing.hpp says of its flags.
// Asked once after each accepted clone, before the child has run.
#include "invariants/sharing.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/io/io_context.hpp"

namespace forkproof {

namespace {

/// The object that a task holds of the kind that a row speaks of.
struct Held {
    const char* resource;
    const void* (*of)(const Task&);
};
constexpr Held held[] = {
    {"cred", [](const Task& t) -> const void* { return t.cred; }},
    {"undo", [](const Task& t) -> const void* { return t.sysvsem; }},
    {"files", [](const Task& t) -> const void* { return t.files; }},
    {"fs", [](const Task& t) -> const void* { return t.fs; }},
    {"sighand", [](const Task& t) -> const void* { return t.sighand; }},
    {"signal", [](const Task& t) -> const void* { return t.signal; }},
    {"mm", [](const Task& t) -> const void* { return t.mm; }},
    {"nsproxy", [](const Task& t) -> const void* { return t.nsproxy; }},
    {"io_context", [](const Task& t) -> const void* { return t.io_context; }},
    {"io_bitmap", [](const Task& t) -> const void* { return t.thread.io_bitmap[0]; }},
    {"exec_domain", [](const Task& t) -> const void* { return t.exec_domain; }},
    {"pid", [](const Task& t) -> const void* { return t.pids[PIDTYPE_PID].pid; }},
    {"proc_mount", [](const Task& t) -> const void* { return task_active_pid_ns(t)->proc_mnt; }},
    {"css_set", [](const Task& t) -> const void* { return t.cgroups; }},
    {"ns-cgroup", [](const Task& t) -> const void* { return cgroup_of(t); }},
};

/// Of Otherwise::copy_if_set: there is one such resource.
bool is_set(const Task& parent) { return parent.io_context && ioprio_valid(parent.io_context->ioprio); }

bool as_the_row_says(const SharingRow& row, const Held& of, u32 flags, const Task& parent,
                     const Task& child) {
    const void *parents = of.of(parent), *childs = of.of(child);
    if (row.otherwise == Otherwise::shared) return childs == parents;
    if (row.otherwise == Otherwise::own_if_bound && !cgroup_root.ns_bound) return childs == parents;
    if (flags & row.new_flags) return childs && childs != parents;
    // Namespaces are shared where no flag asks for new ones; everything else where a flag asks for sharing.
    const bool shares = row.share_flag != 0 ? (flags & row.share_flag) != 0 : row.new_flags != 0;
    if (shares) return childs == parents;
    if (row.otherwise == Otherwise::nothing || !parents) return !childs;
    if (row.otherwise == Otherwise::copy_if_set && !is_set(parent)) return !childs;
    return childs && childs != parents;
}

constexpr bool every_row_is_known() {
    for (const SharingRow& row : sharing) {
        bool known = false;
        for (const Held& h : held) known |= Text(h.resource) == Text(row.resource);
        if (!known) return false;
    }
    return true;
}
static_assert(every_row_is_known(), "a row of the sharing table that the checker cannot look up");

} // namespace

const char* wrongly_shared(u32 flags, const Task& parent, const Task& child) {
    for (const SharingRow& row : sharing)
        for (const Held& h : held)
            if (Text(h.resource) == Text(row.resource) && !as_the_row_says(row, h, flags, parent, child))
                return row.resource;
    return nullptr;
}

} // namespace forkproof
