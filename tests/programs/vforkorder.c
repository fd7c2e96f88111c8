/* vfork: the child runs first, in the parent's memory; the parent goes on when the child exits or executes.
 */
#include "common.h"

static volatile int order;

int main(int argc, char** argv) {
    begin();
    if (argc > 2) {
        char byte;
        close(atoi(argv[2])); /* so that the pipe ends with the parent */
        return read(atoi(argv[1]), &byte, 1) == 1 ? 6 : 7;
    }
    for (int i = 1; i <= 3; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            order = order * 10 + i;
            _exit(i);
        }
        order = order * 10 + 9;
        report("vfork child", pid);
    }
    printf("order %d (each child's digit before the parent's 9)\n", order);

    int fds[2];
    if (pipe(fds) != 0) fail("pipe");
    char fd[12], other[12];
    snprintf(fd, sizeof fd, "%d", fds[0]);
    snprintf(other, sizeof other, "%d", fds[1]);
    pid_t pid = vfork();
    if (pid == 0) {
        execl(argv[0], argv[0], fd, other, (char*)0);
        _exit(8);
    }
    printf("the parent is awake while the executed program reads\n");
    if (write(fds[1], "x", 1) != 1) fail("write");
    report("executed program", pid);

    pid = vfork();
    if (pid == 0) {
        execl("/no/such/program", "x", (char*)0);
        _exit(errno == ENOENT ? 4 : 5);
    }
    report("failed exec", pid);
    return 0;
}
