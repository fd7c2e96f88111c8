#include "proofs/history/defects.hpp"

namespace forkproof::proofs {
namespace {

/// Releases, under a label of their own, above where failures of `steps` have landed so far.
void release_first(Ladder& ladder, const std::string& old_label, const std::string& new_label,
                   std::vector<Ladder::Release> rows, const std::vector<std::string>& steps) {
    rows.front().label = new_label;
    const auto at = ladder.releases.begin() + static_cast<std::ptrdiff_t>(ladder.landing(old_label));
    ladder.releases.insert(at, rows.begin(), rows.end());
    for (const std::string& step : steps) {
        std::string& label = ladder.steps[ladder.step(step)].label;
        if (label == old_label) label = new_label;
    }
}

void release_the_proc_mount(Ladder& ladder) {
    const LadderWhen newpid{.any_flag = CLONE_NEWPID};
    release_first(ladder, "bad_fork_free_pid", "bad_fork_release_proc",
                  {{"", "pid_ns_release_proc", "proc mount", 1, LadderGuard::none, newpid},
                   {"", "pid_ns_release_proc", "pid namespace", 1, LadderGuard::none, newpid}},
                  {"ns-cgroup", "signal-check"});
}

void release_the_bitmap(Ladder& ladder) {
    release_first(ladder, "bad_fork_cleanup_io", "bad_fork_cleanup_thread",
                  {{"", "exit_thread", "I/O bitmap", 1, LadderGuard::pointer}}, {"pid"});
}

void forget_the_keyring(Ladder& ladder) { ladder.clears.push_back({"creds", "replaced session keyring"}); }

void remove_the_directory(Ladder& ladder) {
    // above all others, so that it fits whether or not the proc mount is released
    ladder.releases.insert(ladder.releases.begin(), {"bad_fork_remove_directory", "cgroup_rmdir",
                                                     "cgroup directory", 1, LadderGuard::taken});
    for (const char* step : {"ns-cgroup", "signal-check"})
        ladder.steps[ladder.step(step)].label = "bad_fork_remove_directory";
}

} // namespace

std::vector<Defect> ladder_defects() {
    const std::vector<std::string> through_exit_creds{
        "max-threads", "exec-domain", "mempolicy", "perf",       "audit",     "semundo",
        "files",       "fs",          "sighand",   "signal",     "mm",        "namespaces",
        "io",          "thread",      "pid",       "proc-mount", "ns-cgroup", "signal-check"};
    return {
        {"B1",
         "2.6.33 leaks the proc mount of a new pid namespace, and with it the namespace, if ns-cgroup or "
         "signal-check fails",
         "3.4: a failed fork calls pid_ns_release_proc, too",
         {{"proc mount", 1}, {"pid namespace", 1}},
         {"ns-cgroup", "signal-check"},
         {.any_flag = CLONE_NEWPID},
         release_the_proc_mount},
        {"B2",
         "2.6.33 leaks the child's I/O bitmap if any step after thread fails",
         "4.7: exit_thread takes a task, and a failed fork calls it for the child",
         {{"I/O bitmap", 1}},
         {"pid", "proc-mount", "ns-cgroup", "signal-check"},
         {.has = HAS_IO_BITMAP},
         release_the_bitmap},
        {"B3",
         "2.6.33 drops the parent's count on a replaced session keyring, of which the child has only the "
         "pointer, if any step after creds fails",
         "3.4 and 3.3.2: copy_creds clears the pointer (CVE-2012-2745)",
         {{"replaced session keyring", 0, 1}},
         through_exit_creds,
         {.has = HAS_REPLACED_KEYRING},
         forget_the_keyring},
        {"B5",
         "2.6.33 leaves the cgroup directory of new namespaces behind if signal-check fails, or ns-cgroup "
         "after "
         "it was made",
         "3.0: the ns subsystem, and with it the directory, is gone",
         {{"cgroup directory", 1}},
         {"ns-cgroup", "signal-check"},
         {.any_flag = NSPROXY_FLAGS, .has = NS_CGROUPS_MOUNTED},
         remove_the_directory},
    };
}

} // namespace forkproof::proofs
