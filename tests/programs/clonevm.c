/* clone() with memory and descriptors shared, and without. */
#include "common.h"
#include <fcntl.h>

enum { STACK = 16384 };
static volatile int shared;
static int fd;

static int child(void* argument) {
    shared = *(int*)argument;
    close(fd);
    return 40 + shared;
}

static void try_flags(const char* name, int flags, int value, char* self) {
    char* stack = malloc(STACK);
    shared = 0;
    fd = open(self, O_RDONLY);
    if (fd < 0) fail("open");
    pid_t pid = clone(child, stack + STACK, flags | SIGCHLD, &value);
    if (pid < 0) fail("clone");
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) fail("waitpid");
    int closed = lseek(fd, 0, SEEK_CUR) < 0;
    printf("%-16s exit %d, memory %s, descriptor %s\n", name, WEXITSTATUS(status),
           shared == value ? "shared" : "copied", closed ? "closed for both" : "still open");
    if (!closed) close(fd);
    free(stack);
}

int main(int argc, char** argv) {
    (void)argc;
    begin();
    try_flags("none", 0, 1, argv[0]);
    try_flags("VM", CLONE_VM, 2, argv[0]);
    try_flags("FILES", CLONE_FILES, 3, argv[0]);
    try_flags("VM|FILES", CLONE_VM | CLONE_FILES, 4, argv[0]);
    try_flags("VM|VFORK", CLONE_VM | CLONE_VFORK, 5, argv[0]);
    try_flags("VM|FS|SIGHAND", CLONE_VM | CLONE_FS | CLONE_SIGHAND, 6, argv[0]);
    errno = 0;
    char* stack = malloc(STACK);
    int answer = clone(child, stack + STACK, CLONE_SIGHAND | SIGCHLD, &answer);
    printf("SIGHAND alone: %d, %s\n", answer, errno == EINVAL ? "EINVAL" : "another errno");
    errno = 0;
    answer = clone(child, stack + STACK, CLONE_THREAD | CLONE_VM, &answer);
    printf("THREAD without SIGHAND: %d, %s\n", answer, errno == EINVAL ? "EINVAL" : "another errno");
    return 0;
}
