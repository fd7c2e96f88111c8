/* What wait tells: exit codes, signals, stops, and when there is nothing to tell. */
#include "common.h"

static pid_t sleeper(int gate[2]) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        close(gate[1]);
        wait_closed(gate[0]);
        _exit(11);
    }
    return pid;
}

static int exit_with(int code) {
    pid_t pid = fork();
    if (pid == 0) _exit(code);
    return pid;
}

static int die_by(int number) {
    pid_t pid = fork();
    if (pid == 0) {
        kill(getpid(), number);
        _exit(1);
    }
    return pid;
}

int main(void) {
    begin();
    static const int codes[] = {0, 1, 127, 255, 256 + 3, -1};
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) report("exit code", exit_with(codes[i]));
    static const int numbers[] = {SIGKILL, SIGTERM, SIGUSR1, SIGHUP, SIGCHLD, SIGWINCH};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        report("signal to itself", die_by(numbers[i]));

    int gate[2], status = 0;
    if (pipe(gate) != 0) fail("pipe");
    pid_t pid = sleeper(gate);
    printf("WNOHANG while it lives: %d\n", (int)waitpid(pid, &status, WNOHANG));
    kill(pid, SIGSTOP);
    printf("WUNTRACED: %s, ",
           waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) ? "stopped" : "NOT STOPPED");
    printf("by %d; ", WSTOPSIG(status));
    printf("told once: %d\n", (int)waitpid(pid, &status, WUNTRACED | WNOHANG));
    kill(pid, SIGCONT);
    printf("WCONTINUED: %s\n",
           waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status) ? "goes on" : "NO");
    kill(pid, SIGSTOP);
    kill(pid, SIGKILL); /* ends even what is stopped */
    report("stopped, then killed", pid);

    if (pipe(gate) != 0) fail("pipe");
    pid = sleeper(gate);
    close(gate[1]);
    report("let go by a closed pipe", pid);
    int answer = (int)waitpid(-1, &status, 0);
    printf("no children: %d, %s\n", answer, errno == ECHILD ? "ECHILD" : "another errno");
    answer = (int)waitpid(1, &status, 0);
    printf("not my child: %d, %s\n", answer, errno == ECHILD ? "ECHILD" : "another errno");

    pid_t first = exit_with(1), second = exit_with(2);
    int sum = 0, who = 0;
    for (pid_t p; (p = wait(&status)) > 0;) {
        sum += WEXITSTATUS(status);
        who += (p == first) + 2 * (p == second);
    }
    printf("wait for any: codes add to %d, both named: %s\n", sum, who == 3 ? "yes" : "NO");
    return 0;
}
