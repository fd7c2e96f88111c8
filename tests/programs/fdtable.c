/* CLONE_FILES: a descriptor table shared or copied; close-on-exec; how many descriptors there may be. */
#include "common.h"
#include <fcntl.h>
#include <sys/syscall.h>

enum { STACK = 16384 };
static char stack[STACK] __attribute__((aligned(16)));
static int opened, closed, kept;

static int is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }
static const char* state(int fd) { return is_open(fd) ? "open" : "closed"; }

static int child(void* nothing) {
    (void)nothing;
    int fd = open("/", O_RDONLY);
    if (fd != opened) return 1; /* the lowest that is free, here as in the parent */
    close(closed);
    return fcntl(kept, F_SETFD, FD_CLOEXEC) == 0 ? 0 : 2;
}

/* What a child opens, closes and marks: seen by its parent only in a shared table. */
static void share(const char* name, int flags) {
    closed = open("/", O_RDONLY);
    kept = open("/", O_RDONLY);
    opened = dup(kept);
    close(opened);
    pid_t pid = clone(child, stack + STACK, CLONE_VM | flags | SIGCHLD, NULL);
    if (pid < 0) fail("clone");
    report(name, pid);
    printf("  what it opened is %s here, what it closed is %s, its mark is %s\n", state(opened),
           state(closed), fcntl(kept, F_GETFD) == FD_CLOEXEC ? "here too" : "not here");
    for (int fd = closed; fd <= opened; fd++) close(fd);
}

/* The open file itself is shared either way: so is its position. */
static void position(char* self) {
    int fd = open(self, O_RDONLY);
    if (fd < 0) fail("open");
    pid_t pid = fork();
    if (pid == 0) _exit(lseek(fd, 40, SEEK_SET) == 40 ? 0 : 1);
    report("a forked child seeks and", pid);
    printf("  the parent stands at %d\n", (int)lseek(fd, 0, SEEK_CUR));
    close(fd);
}

/* An exec takes a table of its own before it closes what is marked. */
static void exec_with(const char* name, int flags, char* self) {
    int plain = open("/", O_RDONLY), marked = open("/", O_RDONLY | O_CLOEXEC);
    if (plain < 0 || marked != plain + 1) fail("open");
    char number[12];
    snprintf(number, sizeof number, "%d", plain);
    pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        execl(self, self, number, (char*)0);
        _exit(9);
    }
    report(name, pid);
    printf("  here both are %s and %s\n", state(plain), state(marked));
    close(plain);
    close(marked);
}

static void limit_of(int n) {
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {(rlim_t)n, (rlim_t)n};
        if (set_limit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
        int fd, last = -1, count = 0;
        while ((fd = dup(1)) >= 0) last = fd, count++;
        int error = errno, ends[2];
        printf("limit %d: the last is %d, then %s; a pipe: %s; dup2 above it: %s\n", n, last,
               error == EMFILE ? "EMFILE" : strerror(error),
               pipe(ends) < 0 && errno == EMFILE ? "EMFILE" : "NOT REFUSED",
               dup2(1, n) < 0 && errno == EBADF ? "EBADF" : "NOT REFUSED");
        close(last);
        printf("one closed: a pipe: %s; dup: %s\n",
               pipe(ends) < 0 && errno == EMFILE ? "EMFILE" : "NOT REFUSED",
               dup(1) == last ? "that one" : "ANOTHER");
        pid_t grandchild = fork(); /* the table is copied, however large it is */
        if (grandchild == 0) _exit(is_open(last) ? 3 : 4);
        report("a child of a full table", grandchild);
        _exit(count == 0);
    }
    report("full", pid);
}

int main(int argc, char** argv) {
    begin();
    if (argc > 1) { /* executed: the first was plain, the second marked */
        int fd = atoi(argv[1]);
        printf("  after exec they are %s and %s\n", state(fd), state(fd + 1));
        close(fd);
        return 0;
    }
    share("a copied table", 0);
    share("a shared table", CLONE_FILES);
    position(argv[0]);
    exec_with("exec with a copied table", 0, argv[0]);
    exec_with("exec with a shared table", CLONE_FILES, argv[0]);
    limit_of(20);
    limit_of(200);
    return 0;
}
