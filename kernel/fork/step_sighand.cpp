// sighand: the table of signal handlers (listing: copy_sighand, line 380).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

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

} // namespace forkproof
