// files: the descriptor table (listing: copy_files, line 376).
#include "kernel/files/file.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"

namespace forkproof {

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

} // namespace forkproof
