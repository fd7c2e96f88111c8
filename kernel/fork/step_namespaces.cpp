// namespaces: the nsproxy (listing: copy_namespaces, line 386).
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

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
