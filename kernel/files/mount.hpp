// mount and umount, for the system calls and for the boot (linux-2.6.33 do_mount, do_umount).
#pragma once
#include "kernel/files/path.hpp"

namespace forkproof {

/// What mount(2) is asked for; `source` counts for a bind alone, `data` for what is no bind.
struct MountRequest {
    Text source, target, type, data;
    bool has_source = false, has_type = false;
    u32 flags = 0;
};

/// Mounts in the namespace of the current task. EPERM without CAP_SYS_ADMIN; ENOENT and the others of a walk;
/// ENODEV for an unknown type; ENOTDIR if a file were to hide a directory; EBUSY if the same lies there
/// already; EINVAL outside the task's namespace, and for what is not done here: moving, remounting, recursive
/// binds, and propagation other than private.
[[nodiscard]] Errno do_mount(const MountRequest& request);

inline constexpr u32 MNT_FORCE = 1, MNT_DETACH = 2; // linux/fs.h

/// Takes what is mounted at the end of a path away. EINVAL if it is no mount's root, or not in the task's
/// namespace; EBUSY while somebody stands in it, has a file open there, or has mounted something below. With
/// MNT_DETACH files may be open, and what is mounted below goes too; EBUSY only while a task's root or
/// working directory lies there (Linux would let them; here a task's places lie in its namespace).
[[nodiscard]] Errno do_umount(Text path, u32 flags);

} // namespace forkproof
