// semundo, files, fs, sighand, signal: what a child either shares with its parent by a count, or has a copy
// of (listing: lines 374-383). One pair a resource, all of the same shape.
#include "kernel/files/file.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/ipc/undo.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

/// Without SYSVSEM the child starts with nothing to undo. With it, a list that has to be made first belongs
/// to the child until publish gives the parent its share: a failure must not leave the parent with one.
FORKPROOF_BOUNDARY Errno acquire_semundo(ForkRequest& request) {
    Task& parent = *current();
    if (!(request.flags & CLONE_SYSVSEM)) return Errno::OK;
    if (parent.sysvsem) {
        parent.sysvsem->count++;
        request.child->sysvsem = parent.sysvsem;
        return Errno::OK;
    }
    request.child->sysvsem = create_undo_list(parent.nsproxy->ipc_ns);
    return request.child->sysvsem ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_semundo(ForkRequest& request) {
    if (request.child->sysvsem) put_undo_list(request.child->sysvsem);
    request.child->sysvsem = nullptr;
}

FORKPROOF_BOUNDARY Errno acquire_files(ForkRequest& request) {
    Files* old = current()->files;
    if (request.flags & CLONE_FILES) {
        get_files(old);
        request.child->files = old;
        return Errno::OK;
    }
    Errno error = Errno::OK;
    request.child->files = dup_files(old, error);
    return error;
}
FORKPROOF_BOUNDARY void release_files(ForkRequest& request) {
    put_files(request.child->files);
    request.child->files = nullptr;
}

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

FORKPROOF_BOUNDARY Errno acquire_sighand(ForkRequest& request) {
    Sighand* old = current()->sighand;
    if (request.flags & CLONE_SIGHAND) {
        get_sighand(old);
        request.child->sighand = old;
        return Errno::OK;
    }
    auto* copy = static_cast<Sighand*>(kmem_alloc(Kind::sighand)); // all of it is written here, once
    if (!copy) return Errno::ENOMEM;
    copy->count = 1;
    memcpy(copy->action, old->action, sizeof copy->action);
    request.child->sighand = copy;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_sighand(ForkRequest& request) {
    put_sighand(request.child->sighand);
    request.child->sighand = nullptr;
}

/// A thread takes nothing here: its count on the group rises when it is published.
FORKPROOF_BOUNDARY Errno acquire_signal(ForkRequest& request) {
    Signal* old = current()->signal;
    if (request.flags & CLONE_THREAD) {
        request.child->signal = old;
        return Errno::OK;
    }
    auto* fresh = create<Signal>();
    if (!fresh) return Errno::ENOMEM;
    memcpy(fresh->rlim, old->rlim, sizeof fresh->rlim);
    if (request.flags & CLONE_NEWPID) fresh->flags |= SIGNAL_UNKILLABLE;
    request.child->signal = fresh;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_signal(ForkRequest& request) {
    if (!(request.flags & CLONE_THREAD)) destroy(request.child->signal);
    request.child->signal = nullptr;
}

} // namespace forkproof
