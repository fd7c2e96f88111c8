// How linux-2.6.33 copy_process takes what a child needs and gives it back on failure, as data, with its
// omissions: kept to be refuted, never built from. A step that fails jumps to its label; from there down
// everything is given back. Besides the order and the labels it says what each step takes, when, and what
// makes each release a no-op where nothing was taken. Calls by programs only: a kernel that starts its idle
// tasks hands copy_process a pid.
#pragma once
#include "rules.hpp"

namespace forkproof {

/// What the caller or the system brings along that decides, with the flags, what a step takes. Bits.
enum LadderBrings : std::uint32_t {
    HAS_USER_MEMORY = 1U << 0, ///< not a kernel thread
    HAS_THREAD_KEYRING = 1U << 1,
    HAS_REPLACED_KEYRING = 1U << 2, ///< a session keyring to be installed at the return to user mode
    HAS_MEMPOLICY = 1U << 3,
    HAS_PERF_EVENTS = 1U << 4, ///< events that children inherit
    HAS_UNDO_LIST = 1U << 5,
    HAS_IO_CONTEXT = 1U << 6,
    HAS_IO_PRIORITY = 1U << 7, ///< a valid ioprio in that context
    HAS_IO_BITMAP = 1U << 8,   ///< has used ioperm()
    GRAPH_TRACED = 1U << 9,
    DELAYS_ACCOUNTED = 1U << 10,
    AUDITED = 1U << 11,
    NS_CGROUPS_MOUNTED = 1U << 12, ///< the ns subsystem is mounted, so each nsproxy gets a directory
};

struct LadderBringsName {
    std::uint32_t bit;
    const char* name;
};
inline constexpr LadderBringsName ladder_brings_names[] = {
    {HAS_USER_MEMORY, "user memory"},
    {HAS_THREAD_KEYRING, "a thread keyring"},
    {HAS_REPLACED_KEYRING, "a replaced session keyring"},
    {HAS_MEMPOLICY, "a NUMA policy"},
    {HAS_PERF_EVENTS, "inherited perf events"},
    {HAS_UNDO_LIST, "an undo list"},
    {HAS_IO_CONTEXT, "an io context"},
    {HAS_IO_PRIORITY, "an io priority"},
    {HAS_IO_BITMAP, "an I/O bitmap"},
    {GRAPH_TRACED, "function-graph tracing"},
    {DELAYS_ACCOUNTED, "delay accounting"},
    {AUDITED, "auditing"},
    {NS_CGROUPS_MOUNTED, "ns cgroups mounted"},
};

/// A condition: one of `any_flag` (if that is not 0) and none of `no_flag`; all of `has` and none of `lacks`.
struct LadderWhen {
    std::uint32_t any_flag = 0, no_flag = 0;
    std::uint32_t has = 0, lacks = 0;
};

/// One of two conditions, one, or none: never.
struct LadderEither {
    constexpr LadderEither() = default;
    constexpr LadderEither(LadderWhen one) : when{one, {}}, count(1) {}
    constexpr LadderEither(LadderWhen one, LadderWhen other) : when{one, other}, count(2) {}
    LadderWhen when[2];
    int count = 0; ///< 0: never
};
inline constexpr LadderWhen LADDER_ALWAYS{};

/// What is counted. `copied`: when the child's task_struct, a copy of the parent's, points to the parent's
/// own until a step writes the pointer.
struct LadderResource {
    const char* name;
    LadderEither copied;
};

struct LadderRow {
    const char* step;
    const char* label;    ///< where its failure jumps to; "": it cannot fail
    LadderEither fails{}; ///< when it can, besides its rules: room, mount errors, a signal
    RuleSet rules{};      ///< the rules that are decided here, and make it fail
    bool keeps = false;   ///< failing, it may leave what it took to the ladder
};

/// A step takes this many of a resource; `luck`: or none, its failure being ignored.
struct LadderTake {
    const char* step;
    const char* resource;
    int count = 1;
    LadderEither when = LADDER_ALWAYS;
    bool luck = false;
};

/// A step begins by making the child's pointer null.
struct LadderClear {
    const char* step;
    const char* resource;
};

/// What makes a release a no-op where nothing was taken.
enum class LadderGuard : std::uint8_t {
    none,    ///< nothing: it must have been taken
    pointer, ///< the child's pointer is null, or has been cleared
    taken,   ///< a note that it was taken
};

/// One call of the ladder, in the order of execution; a call that gives back several resources has a row for
/// each. `label`: the jumps that land right here, or "". No call and no resource: only a place to land.
struct LadderRelease {
    const char* label;
    const char* call;
    const char* resource;
    int count = 1;
    LadderGuard guard = LadderGuard::none;
    LadderWhen when{};
};

/// The step that copies the parent's task_struct, pointers and all.
inline constexpr const char* ladder_copying_step = "task";

// clang-format off
inline constexpr LadderResource ladder_resources_2_6_33[] = {
    {"task", {}},                                          // task_struct, kernel stack, FPU state
    {"return stack", LadderWhen{.has = GRAPH_TRACED}},
    {"cred", LADDER_ALWAYS},
    {"user's count", LADDER_ALWAYS},                       // user->processes
    {"user namespace", {}},
    {"exec domain", LADDER_ALWAYS},
    {"delays", LadderWhen{.has = DELAYS_ACCOUNTED}},
    {"css_set", LADDER_ALWAYS},
    {"NUMA policy", LadderWhen{.has = HAS_MEMPOLICY}},
    {"perf context", LadderWhen{.has = HAS_PERF_EVENTS}},
    {"audit context", LadderWhen{.has = AUDITED}},
    {"undo list", LadderWhen{.has = HAS_UNDO_LIST}},
    {"files", LADDER_ALWAYS},
    {"fs", LADDER_ALWAYS},
    {"sighand", LADDER_ALWAYS},
    {"signal", LADDER_ALWAYS},
    {"mm", LadderWhen{.has = HAS_USER_MEMORY}},
    {"nsproxy", LADDER_ALWAYS},
    {"pid namespace", {}},
    {"io context", LadderWhen{.has = HAS_IO_CONTEXT}},
    {"I/O bitmap", LadderWhen{.has = HAS_IO_BITMAP}},
    {"pid", {}},
    {"proc mount", {}},
    {"cgroup directory", {}},
    {"subsystem state", {}},
    {"replaced session keyring", LadderWhen{.has = HAS_REPLACED_KEYRING}}, // counted by the parent alone
};

inline constexpr RuleSet LADDER_NAMESPACE_RULES = RuleSet().with(RuleId::new_caps)
    .with(RuleId::newipc_sysvsem).with(RuleId::newpid_thread).with(RuleId::newpid_parent);

inline constexpr LadderRow ladder_2_6_33[] = {
    {"security", "fork_out", {}, RuleSet().with(RuleId::security)},
    {"task", "fork_out", LADDER_ALWAYS},
    {"graph", ""},
    {"nproc", "bad_fork_free", {}, RuleSet().with(RuleId::nproc)},
    {"creds", "bad_fork_free", {LadderWhen{.no_flag = CLONE_THREAD}, LadderWhen{.has = HAS_THREAD_KEYRING}}},
    {"max-threads", "bad_fork_cleanup_count", {}, RuleSet().with(RuleId::max_threads)},
    {"exec-domain", "bad_fork_cleanup_count", {}, RuleSet().with(RuleId::exec_domain)},
    {"delayacct", ""},
    {"cgroup", ""},
    {"mempolicy", "bad_fork_cleanup_cgroup", LadderWhen{.has = HAS_MEMPOLICY}},
    {"sched", ""}, // B9: resets the priority, then brings it back
    {"perf", "bad_fork_cleanup_policy", LadderWhen{.has = HAS_PERF_EVENTS}, {}, true},
    {"audit", "bad_fork_cleanup_policy", LadderWhen{.has = AUDITED}},
    {"semundo", "bad_fork_cleanup_audit", LadderWhen{.any_flag = CLONE_SYSVSEM, .lacks = HAS_UNDO_LIST}},
    {"files", "bad_fork_cleanup_semundo", LadderWhen{.no_flag = CLONE_FILES}},
    {"fs", "bad_fork_cleanup_files", LadderWhen{.no_flag = CLONE_FS}, RuleSet().with(RuleId::fs_in_exec)},
    {"sighand", "bad_fork_cleanup_fs", LadderWhen{.no_flag = CLONE_SIGHAND}},
    {"signal", "bad_fork_cleanup_sighand", LadderWhen{.no_flag = CLONE_THREAD}},
    {"mm", "bad_fork_cleanup_signal", LadderWhen{.no_flag = CLONE_VM, .has = HAS_USER_MEMORY}},
    {"namespaces", "bad_fork_cleanup_mm", LadderWhen{.any_flag = NSPROXY_FLAGS}, LADDER_NAMESPACE_RULES},
    {"io", "bad_fork_cleanup_namespaces", {LadderWhen{.any_flag = CLONE_IO, .has = HAS_IO_CONTEXT},
                                           LadderWhen{.has = HAS_IO_CONTEXT | HAS_IO_PRIORITY}}},
    {"thread", "bad_fork_cleanup_io", {LadderWhen{.has = HAS_IO_BITMAP},
                                       LadderWhen{.any_flag = CLONE_SETTLS}}},
    {"pid", "bad_fork_cleanup_io", LADDER_ALWAYS}, // B13: no number left is reported as ENOMEM
    {"proc-mount", "bad_fork_free_pid", LadderWhen{.any_flag = CLONE_NEWPID}},
    {"ns-cgroup", "bad_fork_free_pid", LadderWhen{.any_flag = NSPROXY_FLAGS, .has = NS_CGROUPS_MOUNTED},
     {}, true},
    {"cgroup-callbacks", ""}, // B6: the freezer's runs before the task can be found
    {"signal-check", "bad_fork_free_pid", LADDER_ALWAYS},
};

inline constexpr LadderTake ladder_takes_2_6_33[] = {
    {"task", "task"},
    {"graph", "return stack", 1, LadderWhen{.has = GRAPH_TRACED}, true},
    {"creds", "cred", 2}, // real_cred and cred, shared or copied
    {"creds", "user's count"},
    {"creds", "user namespace", 1, LadderWhen{.any_flag = CLONE_NEWUSER}},
    {"exec-domain", "exec domain"},
    {"delayacct", "delays", 1, LadderWhen{.has = DELAYS_ACCOUNTED}, true},
    {"cgroup", "css_set"},
    {"mempolicy", "NUMA policy", 1, LadderWhen{.has = HAS_MEMPOLICY}},
    {"perf", "perf context", 1, LadderWhen{.has = HAS_PERF_EVENTS}},
    {"audit", "audit context", 1, LadderWhen{.has = AUDITED}},
    {"semundo", "undo list", 1, LadderWhen{.any_flag = CLONE_SYSVSEM}}, // made for the parent, it stays
    {"files", "files"},
    {"fs", "fs"},
    {"sighand", "sighand"},
    {"signal", "signal", 1, LadderWhen{.no_flag = CLONE_THREAD}}, // a thread is counted when it is published
    {"mm", "mm", 1, LadderWhen{.has = HAS_USER_MEMORY}},
    {"namespaces", "nsproxy"},
    {"namespaces", "pid namespace", 1, LadderWhen{.any_flag = CLONE_NEWPID}},
    {"io", "io context", 1, {LadderWhen{.any_flag = CLONE_IO, .has = HAS_IO_CONTEXT},
                             LadderWhen{.has = HAS_IO_CONTEXT | HAS_IO_PRIORITY}}},
    {"thread", "I/O bitmap", 1, LadderWhen{.has = HAS_IO_BITMAP}},
    {"pid", "pid"},
    {"pid", "pid namespace"}, // pinned by the struct pid
    {"proc-mount", "proc mount", 1, LadderWhen{.any_flag = CLONE_NEWPID}},
    {"proc-mount", "pid namespace", 1, LadderWhen{.any_flag = CLONE_NEWPID}}, // pinned by the mount
    {"ns-cgroup", "cgroup directory", 1, LadderWhen{.any_flag = NSPROXY_FLAGS, .has = NS_CGROUPS_MOUNTED}},
    {"cgroup-callbacks", "subsystem state"},
};

inline constexpr LadderClear ladder_clears_2_6_33[] = {
    {"graph", "return stack"},  {"delayacct", "delays"},
    {"cgroup", "audit context"}, {"cgroup", "io context"}, // cleared in the stretch before it
    {"perf", "perf context"},    {"semundo", "undo list"},
    {"mm", "mm"},                {"thread", "I/O bitmap"},
};

// Never released: the I/O bitmap (B2), the proc mount with its pin on the pid namespace (B1), the cgroup
// directory (B5).
inline constexpr LadderRelease ladder_releases_2_6_33[] = {
    {"bad_fork_free_pid", "free_pid", "pid"},
    {"", "free_pid", "pid namespace"},
    {"bad_fork_cleanup_io", "exit_io_context", "io context", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_namespaces", "exit_task_namespaces", "nsproxy", 1, LadderGuard::pointer},
    {"", "exit_task_namespaces", "pid namespace", 1, LadderGuard::none, {.any_flag = CLONE_NEWPID}},
    {"bad_fork_cleanup_mm", "mmput", "mm", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_signal", "__cleanup_signal", "signal", 1, LadderGuard::none,
     {.no_flag = CLONE_THREAD}},
    {"bad_fork_cleanup_sighand", "__cleanup_sighand", "sighand"},
    {"bad_fork_cleanup_fs", "exit_fs", "fs", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_files", "exit_files", "files", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_semundo", "exit_sem", "undo list", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_audit", "audit_free", "audit context", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_policy", "perf_event_free_task", "perf context", 1, LadderGuard::pointer},
    {"", "mpol_put", "NUMA policy", 1, LadderGuard::pointer},
    {"bad_fork_cleanup_cgroup", "cgroup_exit", "subsystem state", 1, LadderGuard::taken}, // B7: so late
    {"", "cgroup_exit", "css_set", 1, LadderGuard::pointer},
    {"", "delayacct_tsk_free", "delays", 1, LadderGuard::pointer},
    {"", "module_put", "exec domain"},
    {"bad_fork_cleanup_count", "atomic_dec", "user's count"},
    {"", "exit_creds", "cred", 2},
    {"", "exit_creds", "user namespace", 1, LadderGuard::none, {.any_flag = CLONE_NEWUSER}},
    {"", "exit_creds", "replaced session keyring", 1, LadderGuard::pointer}, // B3
    {"bad_fork_free", "free_task", "return stack", 1, LadderGuard::pointer},
    {"", "free_task", "task"},
    {"fork_out", "", ""},
};
// clang-format on

/// What this ladder forgets of what a boot of this kernel can take: its id in the project's list of defects,
/// and the resource. (B3 needs keyrings, B6 the freezer, which this kernel does not have.)
struct LadderDefect {
    const char* id;
    const char* resource;
    const char* sentence;
};
inline constexpr LadderDefect ladder_defects_2_6_33[] = {
    {"B1", "proc mount",
     "with NEWPID the proc mount, and the namespace that it holds, stay behind when a later step fails"},
    {"B2", "I/O bitmap", "the copy of the caller's I/O bitmap stays behind when a later step fails"},
    {"B5", "cgroup directory", "the group made for the new namespaces stays behind when a later step fails"},
};

} // namespace forkproof
