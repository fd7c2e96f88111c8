// CLONE_STOPPED: the child begins with a SIGSTOP, and runs when it is continued. Linux had this until 2.6.37;
// the kernel logs one line a call, at most ten in five seconds.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr int CHILDREN = 12;
Stack stack;

int child(void*) { return 5; }

} // namespace

int main() {
    for (int i = 0; i < CHILDREN; i++) {
        const int pid = clone_on(CLONE_STOPPED | SIGCHLD, stack, child, nullptr);
        int status = 0;
        const int early = wait4(pid, &status, WNOHANG);
        kill(pid, SIGCONT);
        wait4(pid, &status);
        if (i == 0)
            printf("stopped: ran before SIGCONT %s, then exited with %d\n", early == 0 ? "no" : "yes",
                   exit_code(status));
        if (pid <= 0 || early != 0 || exit_code(status) != 5) return 1;
    }
    printf("stopped: %d children\n", CHILDREN);
    return 0;
}
