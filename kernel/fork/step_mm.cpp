// mm and namespaces: the two that a child without flags copies page by page, or shares as a whole (listing:
// lines 384-387).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/namespaces/nsproxy.hpp"

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

FORKPROOF_BOUNDARY Errno acquire_namespaces(ForkRequest& request) {
    Nsproxy* old = current()->nsproxy;
    if (!(request.flags & NSPROXY_FLAGS)) {
        get_nsproxy(old);
        request.child->nsproxy = old;
        return Errno::OK;
    }
    request.child->nsproxy = create_new_namespaces(request.flags, old, request.child->fs);
    return request.child->nsproxy ? Errno::OK : Errno::ENOMEM;
}
FORKPROOF_BOUNDARY void release_namespaces(ForkRequest& request) {
    put_nsproxy(request.child->nsproxy);
    request.child->nsproxy = nullptr;
}

} // namespace forkproof
