/* Which ports a program may touch: allowed one by one, copied by fork and clone, kept by exec's own task
 * only. */
#include "common.h"
#include <sys/io.h>

enum {
    POST_PORT = 0x80,
    NEXT_PORT = 0x81,
    MOST_PORTS = 65536,
    STACK = 16384
}; /* 0x80: nothing happens there */

static const char* name_of(int error) { return error == EINVAL ? "EINVAL" : error == EPERM ? "EPERM" : "?"; }

static void refused(const char* what, int answer) {
    printf("%-34s %s\n", what, answer < 0 ? name_of(errno) : "NOT REFUSED");
}

static int touch(void* port) {
    outb(0, (unsigned short)*(int*)port);
    return 0;
}

/* Whether a child may touch the port; one that may not dies of it. */
static void child_touches(const char* who, int port) {
    pid_t pid = fork();
    if (pid == 0) _exit(touch(&port));
    report(who, pid);
}

static int thread_like(void* unused) {
    (void)unused;
    int port = POST_PORT;
    if (ioperm(NEXT_PORT, 1, 1) != 0) return 1; /* in its own bitmap, even with the memory shared */
    return touch(&port);
}

int main(void) {
    begin();
    child_touches("nothing is allowed", POST_PORT);
    if (ioperm(POST_PORT, 1, 1) != 0 && (errno == EPERM || errno == ENOSYS)) {
        printf("refused here: ioperm\n");
        return REFUSED_HERE;
    }
    child_touches("a port is allowed: its child", POST_PORT);
    child_touches("the port beside it", NEXT_PORT);
    int port = POST_PORT;
    touch(&port);
    printf("and the parent itself: alive\n");

    pid_t pid = fork();
    if (pid == 0) {
        if (ioperm(POST_PORT, 1, 0) != 0) fail("ioperm off");
        child_touches("a child's own copy, taken away", POST_PORT);
        _exit(0);
    }
    report("that child", pid);
    child_touches("the parent's is as before", POST_PORT);

    char* stack = malloc(STACK);
    pid = clone(thread_like, stack + STACK, CLONE_VM | CLONE_FILES | SIGCHLD, NULL);
    report("a task with the same memory", pid);
    child_touches("what that one has allowed itself", NEXT_PORT);

    if (ioperm(0, MOST_PORTS - 0x8000, 0) != 0) fail("ioperm of many");
    child_touches("all below 0x8000 taken away", POST_PORT);
    refused("no port at all:", ioperm(POST_PORT, 0, 1));
    refused("one port too many:", ioperm(MOST_PORTS - 1, 2, 1));
    refused("numbers that wrap around:", ioperm(~0UL, 2, 1));
    pid = fork();
    if (pid == 0) {
        if (setuid(65534) != 0) fail("setuid");
        refused("for nobody:", ioperm(POST_PORT, 1, 1));
        printf("taking away needs no privilege: %d\n", ioperm(POST_PORT, 1, 0));
        _exit(0);
    }
    report("nobody", pid);
    return 0;
}
