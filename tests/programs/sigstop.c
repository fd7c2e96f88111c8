/* A stopped process does nothing until SIGCONT, and its parent is told of both. */
#include "common.h"

int main(void) {
    begin();
    int work[2], done[2], status = 0;
    if (pipe(work) != 0 || pipe(done) != 0) fail("pipe");
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        char c;
        close(work[1]);
        while (read(work[0], &c, 1) == 1)
            if (write(done[1], &c, 1) != 1) _exit(1);
        _exit(5);
    }
    char c = 'a';
    if (write(work[1], &c, 1) != 1 || read(done[0], &c, 1) != 1) fail("echo");
    printf("running: echoed '%c'\n", c);

    kill(pid, SIGSTOP);
    if (waitpid(pid, &status, WUNTRACED) != pid) fail("waitpid");
    printf("stopped: %d by signal %d\n", WIFSTOPPED(status) != 0, WSTOPSIG(status));
    c = 'b';
    if (write(work[1], &c, 1) != 1) fail("write");
    for (int i = 0; i < 50; i++) sched_yield(); /* it could run now, were it not stopped */
    printf("still stopped: %d\n", (int)waitpid(pid, &status, WNOHANG));

    kill(pid, SIGCONT);
    if (waitpid(pid, &status, WCONTINUED) != pid) fail("waitpid");
    printf("continued: %d\n", WIFCONTINUED(status) != 0);
    if (read(done[0], &c, 1) != 1) fail("read");
    printf("running: echoed '%c'\n", c);

    kill(pid, SIGSTOP);
    if (waitpid(pid, &status, WUNTRACED) != pid) fail("waitpid");
    kill(pid, SIGTERM); /* waits until the process goes on */
    for (int i = 0; i < 50; i++) sched_yield();
    printf("stopped, and SIGTERM pending: %d\n", (int)waitpid(pid, &status, WNOHANG));
    kill(pid, SIGCONT);
    report("then", pid);
    return 0;
}
