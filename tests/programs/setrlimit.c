/* RLIMIT_NPROC: how many processes an unprivileged user may have; and what root may that others may not. */
#include "common.h"
#include <sys/syscall.h>

static int get_limit(struct rlimit* limit) {
    int answer = getrlimit(RLIMIT_NPROC, limit);
    if (answer < 0 && errno == ENOSYS) answer = (int)syscall(SYS_ugetrlimit, RLIMIT_NPROC, limit);
    return answer;
}

static void as_nobody(void) {
    struct rlimit limit = {5, 5};
    if (setuid(65534) != 0) _exit(90);
    if (set_limit(RLIMIT_NPROC, &limit) != 0) _exit(91);
    printf("uid %d, euid %d\n", (int)getuid(), (int)geteuid());
    int gate[2], made = 0;
    if (pipe(gate) != 0) _exit(92);
    pid_t pid;
    while ((pid = fork()) >= 0 && made < 100) {
        if (pid == 0) {
            close(gate[1]);
            wait_closed(gate[0]);
            _exit(0);
        }
        made++;
    }
    printf("limit 5: made %d children, then %s\n", made, errno == EAGAIN ? "EAGAIN" : strerror(errno));
    close(gate[1]);
    int status, reaped = 0;
    while (wait(&status) > 0) reaped++;
    printf("reaped %d; ", reaped);
    pid = fork();
    if (pid == 0) _exit(0);
    printf("another fork: %s\n", pid > 0 && waitpid(pid, &status, 0) == pid ? "works" : "FAILS");
    limit.rlim_max = 6;
    printf("a higher limit: %s\n",
           set_limit(RLIMIT_NPROC, &limit) < 0 && errno == EPERM ? "EPERM" : "NOT REFUSED");
    printf("uid 0 again: %s\n", setuid(0) < 0 && errno == EPERM ? "EPERM" : "NOT REFUSED");
    _exit(3);
}

int main(void) {
    begin();
    if (getuid() != 0) {
        printf("this program needs root\n");
        return 2;
    }
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) as_nobody();
    report("nobody", pid);

    struct rlimit limit;
    pid = fork();
    if (pid == 0) {
        limit.rlim_cur = limit.rlim_max = 1;
        if (set_limit(RLIMIT_NPROC, &limit) != 0) _exit(1);
        pid_t child = fork(); /* root is not bound by it */
        if (child == 0) _exit(0);
        int status = 1;
        _exit(child > 0 && waitpid(child, &status, 0) == child ? status : 2);
    }
    report("root with limit 1 forks, and", pid);
    limit.rlim_cur = 7;
    limit.rlim_max = 9;
    if (set_limit(RLIMIT_NPROC, &limit) != 0) fail("setrlimit");
    pid = fork();
    if (pid == 0) {
        struct rlimit got;
        _exit(get_limit(&got) == 0 ? (int)(got.rlim_cur * 10 + got.rlim_max) : 1);
    }
    report("a child's limits are its parent's: 79 is", pid);
    return 0;
}
