// What C programs do with processes besides forking them: ignored children, waitid, sessions, abort, a pipe
// that is slow and one that ends.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child_that_exits(int status) {
    pid_t pid = fork();
    if (pid == 0) _exit(status);
    return pid;
}

static void ignored(void) {
    signal(SIGCHLD, SIG_IGN);
    int result = waitpid(child_that_exits(3), NULL, 0);
    printf("SIGCHLD ignored: waitpid %d, %s\n", result, result < 0 ? strerror(errno) : "a status");
    signal(SIGCHLD, SIG_DFL);
}

static void with_waitid(void) {
    siginfo_t info;
    pid_t pid = child_that_exits(4);
    memset(&info, 0, sizeof info);
    int result = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    printf("waitid, left as it is: %d, code %d, status %d, its pid %d\n", result, info.si_code,
           info.si_status, info.si_pid == pid);
    result = waitid(P_ALL, 0, &info, WEXITED);
    printf("waitid: %d, code %d, status %d\n", result, info.si_code, info.si_status);
    result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
    printf("nobody left: %d, %s\n", result, result < 0 ? strerror(errno) : "?");
    pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        raise(SIGKILL);
    }
    waitid(P_PID, (id_t)pid, &info, WSTOPPED);
    printf("stopped: code %d, by %d\n", info.si_code, info.si_status);
    kill(pid, SIGCONT);
    waitid(P_PID, (id_t)pid, &info, WEXITED);
    printf("killed: code %d, by %d\n", info.si_code, info.si_status);
    printf("no event asked for: %d, %s\n", waitid(P_ALL, 0, &info, WNOHANG), strerror(errno));
}

static void sessions(void) {
    pid_t pid = fork();
    if (pid == 0) {
        int first = setsid() == getpid(), second = setsid();
        printf("setsid: %d, again: %d %s, leads its group: %d\n", first, second, strerror(errno),
               getpgrp() == getpid());
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void aborts(void) {
    int status;
    pid_t pid = fork();
    if (pid == 0) abort();
    waitpid(pid, &status, 0);
    printf("abort: signal %d\n", WTERMSIG(status));
}

static void slow_pipe(void) {
    int ends[2];
    char c = 0;
    if (pipe(ends) != 0) exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        usleep(30000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    close(ends[1]);
    long first = (long)read(ends[0], &c, 1), second = (long)read(ends[0], &c, 1);
    printf("pipe: %ld '%c', then %ld\n", first, c, second);
    waitpid(pid, NULL, 0);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    ignored();
    with_waitid();
    sessions();
    aborts();
    slow_pipe();
    return 0;
}
