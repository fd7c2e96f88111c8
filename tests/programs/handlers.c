/* Signal handlers: they run on the stack of whom they interrupt, which then goes on with all its registers;
   calls are interrupted or begun again; a fork copies them, CLONE_SIGHAND shares them, an exec forgets them.
 */
#include "common.h"
#include <setjmp.h>

static volatile int calls, depth, deepest;
static volatile int last;
static sigjmp_buf back;

static void count(int signal) {
    calls++;
    last = signal;
}
static void with_info(int signal, siginfo_t* info, void* context) {
    calls++;
    last = info->si_signo == signal && context != NULL ? signal : -1;
}
static void nested(int signal) {
    if (++depth > deepest) deepest = depth;
    if (calls++ < 3) raise(signal);
    depth--;
}
static void spoil_the_fpu(int signal) {
    volatile double x = signal;
    for (int i = 0; i < 8; i++) x = x / 3 + i;
    calls++;
}
static void jump(int signal) { siglongjmp(back, signal); }

static void set(int signal, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    if (sigaction(signal, &action, NULL) != 0) fail("sigaction");
}

static void simple(void) {
    set(SIGUSR1, count, 0);
    raise(SIGUSR1);
    printf("handled %d time, signal %d\n", calls, last);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = with_info;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGUSR2, &action, NULL) != 0) fail("sigaction");
    raise(SIGUSR2);
    printf("with siginfo: signal %d\n", last);
    printf("SIGKILL: %s\n",
           sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL ? "EINVAL" : "accepted");
}

static void masks(void) {
    calls = deepest = 0;
    set(SIGUSR1, nested, 0);
    raise(SIGUSR1);
    printf("a handler is not interrupted by its own signal: %d calls, depth %d\n", calls, deepest);
    calls = deepest = 0;
    set(SIGUSR1, nested, SA_NODEFER);
    raise(SIGUSR1);
    printf("with SA_NODEFER it is: %d calls, depth %d\n", calls, deepest);
    sigset_t set_of_one, old;
    sigemptyset(&set_of_one);
    sigaddset(&set_of_one, SIGUSR1);
    set(SIGUSR1, count, (int)SA_RESETHAND);
    calls = 0;
    sigprocmask(SIG_BLOCK, &set_of_one, NULL);
    raise(SIGUSR1);
    printf("blocked: %d calls\n", calls);
    sigprocmask(SIG_UNBLOCK, &set_of_one, &old);
    printf("unblocked: %d calls\n", calls);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    printf("after SA_RESETHAND: %s\n", now.sa_handler == SIG_DFL ? "default" : "a handler");
}

/* A child signals its parent, who reads from a pipe, and writes a little later. */
static void interrupted(int flags, const char* how) {
    int fds[2];
    if (pipe(fds) != 0) fail("pipe");
    set(SIGUSR1, count, flags);
    calls = 0;
    pid_t child = fork();
    if (child == 0) {
        usleep(20000);
        kill(getppid(), SIGUSR1);
        usleep(20000);
        if (write(fds[1], "x", 1) != 1) _exit(1);
        _exit(0);
    }
    char c = '-';
    ssize_t got = read(fds[0], &c, 1);
    int error = got < 0 ? errno : 0;
    printf("%s: read %s, %d call\n", how,
           got == 1 && c == 'x' ? "the byte"
           : error == EINTR     ? "EINTR"
                                : "else",
           calls);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    close(fds[0]);
    close(fds[1]);
}

static void registers(void) {
    set(SIGUSR1, spoil_the_fpu, 0);
    double x = 1.5;
    for (int i = 0; i < 10; i++) {
        x = x * 1.25;
        raise(SIGUSR1);
    }
    printf("the FPU is as it was: %.6f\n", x);
    volatile int* volatile nowhere = NULL;
    set(SIGSEGV, jump, 0);
    int signal = sigsetjmp(back, 1);
    if (signal == 0) *nowhere = 1;
    printf("a fault was caught: %s\n", signal == SIGSEGV ? "SIGSEGV" : "else");
    set(SIGSEGV, SIG_DFL, 0);
}

static void children(void) {
    set(SIGUSR1, count, 0);
    calls = 0;
    pid_t child = fork();
    if (child == 0) {
        raise(SIGUSR1);
        _exit(calls);
    }
    report("a fork has the handler too", child);
    printf("its calls are not ours: %d\n", calls);
    set(SIGCHLD, count, 0);
    child = fork();
    if (child == 0) _exit(0);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    printf("told of the end of a child: %s\n", last == SIGCHLD ? "SIGCHLD" : "else");
    set(SIGCHLD, SIG_DFL, 0);
}

static void after_exec(char* self) {
    set(SIGUSR1, count, 0);
    set(SIGUSR2, SIG_IGN, 0);
    pid_t child = fork();
    if (child == 0) {
        char* argv[] = {self, "again", NULL};
        char* envp[] = {NULL};
        execve(self, argv, envp);
        _exit(9);
    }
    report("after an exec", child);
}

/* The stack has no room for a frame: SIGSEGV ends it. */
static void no_stack(void) {
    pid_t child = fork();
    if (child == 0) {
        set(SIGUSR1, count, 0);
        pid_t me = getpid();
        __asm__ volatile("mov %%esp, %%edi; mov $64, %%esp; int $0x80; mov %%edi, %%esp"
                         :
                         : "a"(37), "b"(me), "c"(SIGUSR1)
                         : "edi", "memory");
        _exit(1);
    }
    report("without a stack", child);
}

int main(int argc, char** argv) {
    begin();
    if (argc == 2) {
        struct sigaction one, two;
        sigaction(SIGUSR1, NULL, &one);
        sigaction(SIGUSR2, NULL, &two);
        return one.sa_handler == SIG_DFL && two.sa_handler == SIG_IGN ? 0 : 1;
    }
    simple();
    masks();
    interrupted(0, "interrupted");
    interrupted(SA_RESTART, "with SA_RESTART");
    registers();
    children();
    after_exec(argv[0]);
    no_stack();
    return 0;
}
