/* CLONE_IO: an io context is shared with it; without it a child gets a copy of the priority, if there is one.
 */
#include "common.h"
#include <sys/syscall.h>

enum { PROCESS = 1, GROUP = 2, USER = 3, STACK = 16384 };
enum { NONE = 0, REAL_TIME = 1, BEST_EFFORT = 2, IDLE = 3 };

static int set(int which, int who, int class, int data) {
    return (int)syscall(SYS_ioprio_set, which, who, class << 13 | data);
}
static int get(int which, int who) { return (int)syscall(SYS_ioprio_get, which, who); }
static int mine(void) { return get(PROCESS, 0); }

static void must_set(int class, int data) {
    if (set(PROCESS, 0, class, data) != 0) fail("ioprio_set");
}

static const char* words(int priority) {
    static char text[32];
    static const char* const classes[] = {"none", "real-time", "best-effort", "idle"};
    snprintf(text, sizeof text, "%s %d", classes[priority >> 13 & 3], priority & 7);
    return text;
}

static const char* name_of(int error) {
    return error == EINVAL ? "EINVAL" : error == EPERM ? "EPERM" : error == ESRCH ? "ESRCH" : "?";
}

static void refused(const char* what, int answer) {
    printf("%-30s %s\n", what, answer < 0 ? name_of(errno) : "NOT REFUSED");
}

/* Says what it has been given, then takes another priority. */
static int child(void* data) {
    printf("  child begins with %s\n", words(mine()));
    must_set(BEST_EFFORT, *(int*)data);
    return 0;
}

static void clone_with(const char* what, int flags, int data) {
    char* stack = malloc(STACK);
    printf("%s, parent has %s\n", what, words(mine()));
    pid_t pid = clone(child, stack + STACK, flags | SIGCHLD, &data);
    if (pid < 0) fail("clone");
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0) fail("waitpid");
    printf("  parent has %s\n", words(mine()));
    free(stack);
}

/* A task that has never set a priority has nothing to share. */
static void nothing_to_share(void) {
    int before = mine();
    pid_t pid = (pid_t)syscall(SYS_clone, 0x80000000 /* CLONE_IO */ | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        must_set(BEST_EFFORT, 1);
        _exit(0);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) fail("clone");
    printf("IO without a context: the parent's priority is %s\n", mine() == before ? "as before" : "CHANGED");
}

int main(void) {
    begin();
    nothing_to_share();
    must_set(BEST_EFFORT, 3);
    clone_with("fork", 0, 6);
    clone_with("VM", CLONE_VM, 5);
    clone_with("IO", (int)0x80000000, 7);
    must_set(IDLE, 0);
    clone_with("fork of an idle one", 0, 2);
    must_set(REAL_TIME, 4);
    clone_with("fork of a real-time one", 0, 2);

    refused("no class, level 1:", set(PROCESS, 0, NONE, 1));
    refused("a task that is not there:", set(PROCESS, 32000, BEST_EFFORT, 1));
    refused("neither task, group nor user:", set(4, 0, BEST_EFFORT, 1));

    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        must_set(BEST_EFFORT, 5);
        if (fork() == 0) {
            must_set(BEST_EFFORT, 2);
            printf("best of the group: %s\n", words(get(GROUP, 0)));
            if (set(GROUP, 0, BEST_EFFORT, 6) != 0) fail("ioprio_set of the group");
            _exit(0);
        }
        wait(NULL);
        printf("after the group was set: %s\n", words(mine()));
        if (setuid(65534) != 0) fail("setuid");
        refused("real-time for nobody:", set(PROCESS, 0, REAL_TIME, 0));
        refused("another user's task:", set(PROCESS, getppid(), BEST_EFFORT, 0));
        _exit(0);
    }
    report("group and user", pid);
    return 0;
}
