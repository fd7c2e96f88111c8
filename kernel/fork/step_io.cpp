// io: the io context (listing: copy_io, line 388).
#include "kernel/fork/step.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/lib/boundary.hpp"

namespace forkproof {

/// Where the parent has none there is nothing to share either. What is copied is the priority alone, so a
/// context that says none needs no copy.
FORKPROOF_BOUNDARY Errno acquire_io(ForkRequest& request) {
    IoContext* old = current()->io_context;
    if (!old) return Errno::OK;
    if (request.flags & CLONE_IO) {
        get_io_context(old);
        request.child->io_context = old;
        return Errno::OK;
    }
    if (!ioprio_valid(old->ioprio)) return Errno::OK;
    request.child->io_context = create_io_context(old->ioprio);
    return request.child->io_context ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_io(ForkRequest& request) {
    if (request.child->io_context) put_io_context(request.child->io_context);
    request.child->io_context = nullptr;
}

} // namespace forkproof
