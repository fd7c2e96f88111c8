// mm: the address space (listing: copy_mm, line 384).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/mm.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY Errno acquire_mm(ForkRequest& request) {
    Mm* old = current()->mm;
    if (!old) return Errno::OK; // a kernel thread's child has no address space either
    if (request.flags & CLONE_VM) {
        get_mm(old);
        request.child->mm = old;
        return Errno::OK;
    }
    request.child->mm = dup_mm(old);
    return request.child->mm ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_mm(ForkRequest& request) {
    if (request.child->mm) put_mm(request.child->mm);
    request.child->mm = nullptr;
}

} // namespace forkproof
