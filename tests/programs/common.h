/* What the C programs of this folder share. They run on Linux and on Forkproof and must print the same bytes
   there: no pids, no addresses, no times. Output is line by line, so that a fork copies no half-written line.
 */
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void begin(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

/* Ends the program with a line that says what failed. */
static inline void fail(const char* what) {
    printf("FAILED: %s: %s\n", what, strerror(errno));
    exit(99);
}

/* What not every root may do, as in a container: the native test is passed over then
 * (tests/boot/native_test.cpp). */
#define REFUSED_HERE 98
static inline void privileged(const char* what, int result) {
    if (result >= 0) return;
    if (errno != EPERM && errno != EACCES) fail(what);
    printf("refused here: %s\n", what);
    exit(REFUSED_HERE);
}

/* Waits for one child and says how it ended. */
static inline void report(const char* who, pid_t pid) {
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) fail("waitpid");
    if (WIFEXITED(status))
        printf("%s: exited with %d\n", who, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s: killed by signal %d\n", who, WTERMSIG(status));
    else
        printf("%s: status 0x%x\n", who, (unsigned)status);
}

/* glibc's setrlimit() is prlimit64(), which is younger than the kernel's rules here: then the old call. */
static inline int set_limit(int what, const struct rlimit* limit) {
    int answer = setrlimit(what, limit);
    if (answer < 0 && errno == ENOSYS) answer = (int)syscall(SYS_setrlimit, what, limit);
    return answer;
}

/* Waits until all other holders of the pipe have closed it: the reader's end of a gate. */
static inline void wait_closed(int fd) {
    char byte;
    while (read(fd, &byte, 1) > 0) {
    }
}
