/* Semaphore sets of another ipc namespace are invisible, and end with it. */
#include "common.h"
#include <sys/ipc.h>
#include <sys/sem.h>

enum { STACK = 16384 };
union semun {
    int val;
};
static const key_t key = 0x46504b02;
static int outside;

static const char* error_of(int answer) {
    if (answer >= 0) return "no error";
    return errno == ENOENT ? "ENOENT" : errno == EINVAL ? "EINVAL" : "another errno";
}

static int inside(void* argument) {
    struct sembuf give = {0, 1, SEM_UNDO};
    (void)argument;
    printf("the key inside: %s\n", error_of(semget(key, 1, 0)));
    printf("the id inside: %s\n", error_of(semop(outside, &give, 1)));
    int own = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
    printf("the same key for another set: %s\n", error_of(own));
    semop(own, &give, 1);
    pid_t pid = fork();
    if (pid == 0) {
        struct sembuf take = {0, -1, SEM_UNDO};
        _exit(semop(own, &take, 1));
    }
    report("a child inside", pid);
    return semctl(own, 0, GETVAL);
}

int main(void) {
    begin();
    outside = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
    if (outside < 0) fail("semget");
    union semun four = {.val = 4};
    if (semctl(outside, 0, SETVAL, four) != 0) fail("SETVAL");
    struct sembuf take = {0, -1, SEM_UNDO};
    if (semop(outside, &take, 1) != 0) fail("semop");
    char* stack = malloc(STACK);
    printf("NEWIPC with SYSVSEM: %s\n",
           error_of(clone(inside, stack + STACK, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, NULL)));
    for (int i = 0; i < 2; i++) {
        pid_t pid = clone(inside, stack + STACK, CLONE_NEWIPC | SIGCHLD, NULL);
        if (pid < 0) fail("clone");
        report("in a namespace of its own", pid);
    }
    printf("the set outside: %d\n", semctl(outside, 0, GETVAL));
    if (semctl(outside, 0, IPC_RMID) != 0) fail("IPC_RMID");
    return 0;
}
