// A thread that is not the leader execs: the process keeps its number, the other threads are gone, and the
// parent sees one process that ends with the new program's status. The same on Linux.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr std::uint32_t THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
Stack stacks[3];
const char* self;

int sleeper(void*) {
    for (;;) sleep_ms(1000);
}

int execer(void*) {
    char pid[16];
    snprintf(pid, sizeof pid, "%d", getpid());
    const char* argv[] = {self, pid, nullptr};
    const char* envp[] = {nullptr};
    return call(Number::execve, self, argv, envp);
}

int number(const char* text) {
    int n = 0;
    while (*text) n = n * 10 + (*text++ - '0');
    return n;
}

int second_life(int old_pid) {
    printf("threadexec: same pid %s, leads itself %s\n", getpid() == old_pid ? "yes" : "no",
           gettid() == getpid() ? "yes" : "no");
    return 7;
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1) return second_life(number(argv[1]));
    self = argv[0];
    const int pid = fork();
    if (pid == 0) {
        clone_on(THREAD, stacks[0], sleeper, nullptr);
        clone_on(THREAD, stacks[1], sleeper, nullptr);
        clone_on(THREAD, stacks[2], execer, nullptr);
        for (;;) sleep_ms(1000);
    }
    int status = 0;
    const bool same = wait4(pid, &status) == pid;
    printf("threadexec: reaped %s, status %d\n", same ? "yes" : "no", exit_code(status));
    return 0;
}
