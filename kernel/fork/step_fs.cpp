// fs: root, working directory and umask (listing: copy_fs, line 378).
#include "kernel/files/file.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

/// An exec may have begun since the verdict was given, so its rule is asked once more together with the
/// count.
FORKPROOF_BOUNDARY Errno acquire_fs(ForkRequest& request) {
    Fs* old = current()->fs;
    if (request.flags & CLONE_FS) {
        fs_lock.lock();
        const bool too_late = old->in_exec && rules_in_force.has(RuleId::fs_in_exec);
        if (!too_late) {
            get_fs(old);
            request.child->fs = old;
        }
        fs_lock.unlock();
        return too_late ? Errno::EAGAIN : Errno::OK;
    }
    request.child->fs = dup_fs(old);
    return request.child->fs ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_fs(ForkRequest& request) {
    put_fs(request.child->fs);
    request.child->fs = nullptr;
}

} // namespace forkproof
