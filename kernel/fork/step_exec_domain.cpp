// exec-domain: one task more in the parent's exec domain (listing: line 280). That the domain is not going
// has been asked by the verdict, and nothing has slept since.
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/exec_domain.hpp"

namespace forkproof {

FORKPROOF_BOUNDARY Errno acquire_exec_domain(ForkRequest& request) {
    ExecDomain* domain = current()->exec_domain;
    get_exec_domain(domain);
    request.child->exec_domain = domain;
    return Errno::OK;
}
FORKPROOF_BOUNDARY void release_exec_domain(ForkRequest& request) {
    put_exec_domain(request.child->exec_domain);
    request.child->exec_domain = nullptr;
}

} // namespace forkproof
