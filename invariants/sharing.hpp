// What a child shares with its parent, and what it has instead: one row a resource.
#pragma once
#include "flags.hpp"

namespace forkproof {

/// What a child gets when the flag does not decide for sharing. copy_if_set: a copy where the parent's says
/// something (an io context: a priority), else nothing. shared: the parent's, whatever the flags.
/// own_if_bound: the parent's, but its own where new_flags ask for it and the cgroup subsystem ns is bound to
/// a hierarchy.
enum class Otherwise : unsigned char { copy, copy_if_set, fresh, nothing, shared, own_if_bound };

struct SharingRow {
    const char* resource;     ///< the kind of object (kernel/lib/kinds.hpp) or the step's name
    const char* step;         ///< which step of copy_process takes it
    std::uint32_t share_flag; ///< shared if set; 0: never shared by a flag
    std::uint32_t new_flags;  ///< made anew if any is set (namespaces), where the default is to share
    Otherwise otherwise;
    const char* holds; ///< what the child's own holds counts on
};

inline constexpr SharingRow sharing[] = {
    {"cred", "creds", CLONE_THREAD, CLONE_NEWUSER, Otherwise::copy,
     "its user, twice over by real_cred and cred"},
    {"exec_domain", "exec-domain", 0, 0, Otherwise::shared, "nothing"},
    {"css_set", "cgroup", 0, NSPROXY_FLAGS, Otherwise::own_if_bound, "its group"},
    {"undo", "semundo", CLONE_SYSVSEM, 0, Otherwise::nothing, "the ipc namespace it was made in"},
    {"files", "files", CLONE_FILES, 0, Otherwise::copy, "every open file"},
    {"fs", "fs", CLONE_FS, 0, Otherwise::copy, "the mounts of root and cwd"},
    {"sighand", "sighand", CLONE_SIGHAND, 0, Otherwise::copy, "nothing"},
    {"signal", "signal", CLONE_THREAD, 0, Otherwise::fresh, "nothing"},
    {"mm", "mm", CLONE_VM, 0, Otherwise::copy, "every mapped frame, until one side writes"},
    {"nsproxy", "namespaces", 0, NSPROXY_FLAGS, Otherwise::copy, "one namespace of each kind"},
    {"io_context", "io", CLONE_IO, 0, Otherwise::copy_if_set, "nothing"},
    {"io_bitmap", "thread", 0, 0, Otherwise::copy, "its frames"},
    {"pid", "pid", 0, 0, Otherwise::fresh, "its pid namespace"},
    {"proc_mount", "proc-mount", 0, CLONE_NEWPID, Otherwise::copy, "its super block, and that the namespace"},
    {"ns-cgroup", "ns-cgroup", 0, NSPROXY_FLAGS, Otherwise::own_if_bound,
     "the group above, and the hierarchy"},
};

} // namespace forkproof
