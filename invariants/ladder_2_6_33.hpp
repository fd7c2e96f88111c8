// The order and the labels of linux-2.6.33 copy_process as data, with its omissions: kept to be refuted,
// never built from. A failing step jumps to its label; everything from there on is given back.
#pragma once

namespace forkproof {

struct LadderRow {
    const char* step;
    const char* label;    ///< where its failure jumps to; "": it cannot fail
    const char* released; ///< what the ladder calls to give it back; "": nothing
    const char* defect;   ///< id of the known defect in this row, or ""
};

inline constexpr LadderRow ladder_2_6_33[] = {
    {"task", "fork_out", "free_task", ""},
    {"graph", "", "free_task", ""},
    {"creds", "bad_fork_free", "exit_creds", "B3"},
    {"exec-domain", "bad_fork_cleanup_count", "module_put", ""},
    {"delayacct", "", "delayacct_tsk_free", ""},
    {"cgroup", "", "cgroup_exit", "B7"},
    {"mempolicy", "bad_fork_cleanup_cgroup", "mpol_put", ""},
    {"sched", "", "", "B9"},
    {"perf", "bad_fork_cleanup_policy", "perf_event_free_task", ""},
    {"audit", "bad_fork_cleanup_policy", "audit_free", ""},
    {"semundo", "bad_fork_cleanup_audit", "exit_sem", ""},
    {"files", "bad_fork_cleanup_semundo", "exit_files", ""},
    {"fs", "bad_fork_cleanup_files", "exit_fs", ""},
    {"sighand", "bad_fork_cleanup_fs", "__cleanup_sighand", ""},
    {"signal", "bad_fork_cleanup_sighand", "__cleanup_signal", ""},
    {"mm", "bad_fork_cleanup_signal", "mmput", ""},
    {"namespaces", "bad_fork_cleanup_mm", "exit_task_namespaces", ""},
    {"io", "bad_fork_cleanup_namespaces", "exit_io_context", ""},
    {"thread", "bad_fork_cleanup_io", "", "B2"},
    {"pid", "bad_fork_cleanup_io", "free_pid", "B13"},
    {"proc-mount", "bad_fork_free_pid", "", "B1"},
    {"ns-cgroup", "bad_fork_free_pid", "", "B5"},
    {"cgroup-callbacks", "", "cgroup_exit", "B6"},
    {"signal-check", "bad_fork_free_pid", "", ""},
};

} // namespace forkproof
