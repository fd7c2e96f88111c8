// pipe and execve: each with one allocation after the other failing.
#include "failing.hpp"

namespace failing {

namespace {

constexpr int FIRST_TABLE = 32; // linux-2.6.33 NR_OPEN_DEFAULT: so many descriptors need no page of their own
constexpr std::uint32_t SHARED = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | SIGCHLD;

Stack stack;

/// A pipe whose ends must be the two lowest free descriptors: what failed before has given all back. They are
/// told in a page that nobody has touched.
void pipe_once(int lowest) {
    const int page = mmap_anonymous(PAGE_SIZE, PROT_READ | PROT_WRITE);
    auto* p = reinterpret_cast<Pipe*>(page);
    until_it_works("pipe gave up", [&] { return pipe(*p); });
    if (p->out != lowest || p->in != lowest + 1) mistake("a pipe's descriptors are not the lowest", p->out);
    close(p->out);
    close(p->in);
    munmap(p, PAGE_SIZE);
}

/// Becomes a program that only ends; a failure is made again.
int become_another(void*) {
    static const char* const argv[] = {"failing", "end", nullptr};
    static const char* const envp[] = {"A=1", nullptr};
    return until_it_works("execve gave up", [] { return execve("/bin/failing", argv, envp); });
}

/// Children that exec, until one comes through. One that has no way back and no memory is killed.
template <class Make>
void exec_until_it_works(Make make_child) {
    constexpr int MOST_KILLED = 60;
    for (int i = 0; i < MOST_KILLED; i++) {
        const int pid = until_it_works("no child for execve", make_child);
        int status = -1;
        if (wait4(pid, &status, WALL) != pid) return mistake("no child to wait for", pid);
        if (status == 0) return;
        if (!signalled(status) || term_signal(status) != SIGKILL)
            return mistake("a program ended with status", status);
    }
    mistake("no execve came through", 0);
}

} // namespace

void make_pipes() {
    pipe_once(3);
    for (int fd = 3; fd < FIRST_TABLE - 1; fd++) dup2(1, fd);
    pipe_once(FIRST_TABLE - 1);
    for (int fd = 3; fd < FIRST_TABLE - 1; fd++) close(fd);
}

void make_execs() {
    exec_until_it_works([] {
        const int pid = fork();
        if (pid == 0) exit(become_another(nullptr));
        return pid;
    });
    exec_until_it_works([] { return clone_on(SHARED, stack, become_another); });
}

} // namespace failing
