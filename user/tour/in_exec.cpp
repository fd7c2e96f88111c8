// fs-in-exec: between the moment when exec counts who shares its fs and the moment when it acts on that
// count, it sleeps while it reads the file. In that window nobody may join the sharers.
#include "scene.hpp"

namespace tour {
namespace {

constexpr int NEVER_REFUSED = 0;
constexpr int AGAIN = -static_cast<int>(Errno::EAGAIN);

Stack stack;
volatile bool exec_begins;
Pipe answer;

int nothing(void*) { return 0; }

/// The other thread: asks again and again. It asks for FS with NEWIPC and SYSVSEM, a combination that is
/// refused at any time, so that nothing is made by asking: EINVAL outside of the window, and EAGAIN, the
/// earlier rule's, inside.
int ask(void*) {
    static Stack child_stack;
    const AsksFor any_error;
    while (!exec_begins) sched_yield();
    for (;;) {
        const int got = clone_on(CLONE_FS | CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, child_stack, nothing);
        if (got == AGAIN) write(answer.in, &got, sizeof got);
        if (got == AGAIN) return 0;
        sched_yield();
    }
}

/// A process of two threads, the first of which executes the tour again. If exec ends without the other's
/// having been refused, the other is dead and the pipe says so by its end.
[[noreturn]] void exec_beside_a_thread() {
    close(answer.out);
    clone_on(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, stack, ask);
    const char* const argv[] = {own_path, "--exit", nullptr};
    exec_begins = true;
    execve(own_path, argv, own_environment);
    exit_group(1);
}

} // namespace

int clone_while_in_exec() {
    if (pipe(answer) != 0) return NEVER_REFUSED;
    exec_begins = false;
    const int pid = fork();
    if (pid == 0) exec_beside_a_thread();
    close(answer.in);
    int got = NEVER_REFUSED;
    if (read(answer.out, &got, sizeof got) != sizeof got) got = NEVER_REFUSED;
    close(answer.out);
    join(pid);
    return got;
}

} // namespace tour
