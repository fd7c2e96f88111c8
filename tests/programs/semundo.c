/* SEM_UNDO: what a process has done to semaphores is undone when it ends; with CLONE_SYSVSEM when the last of
   those who share has ended. */
#include "common.h"
#include <sys/ipc.h>
#include <sys/sem.h>

enum { STACK = 16384, HIGHEST = 32767 };
union semun {
    int val;
    struct semid_ds* buf;
    unsigned short* array;
};

static int set;

static int value(int number) { return semctl(set, number, GETVAL); }
static void reset(int number, int to) {
    union semun argument = {.val = to};
    if (semctl(set, number, SETVAL, argument) != 0) fail("SETVAL");
}
static int change(int number, int by, int flags) {
    struct sembuf operation = {(unsigned short)number, (short)by, (short)flags};
    return semop(set, &operation, 1);
}

static void at_exit_of_a_process(void) {
    reset(0, 5);
    pid_t pid = fork();
    if (pid == 0) {
        change(0, -3, SEM_UNDO);
        change(1, 2, SEM_UNDO);
        change(1, 4, 0);
        _exit(10 * value(0) + value(1));
    }
    report("took 3 of 5, gave 2 and 4", pid);
    printf("afterwards %d and %d, by that child: %d\n", value(0), value(1),
           semctl(set, 0, GETPID) == pid && semctl(set, 1, GETPID) == pid);
    pid = fork();
    if (pid == 0) {
        change(0, -1, SEM_UNDO);
        kill(getpid(), SIGKILL);
    }
    report("took 1", pid);
    printf("afterwards %d\n", value(0));
}

static void clamped(void) {
    reset(0, 0);
    pid_t pid = fork();
    if (pid == 0) {
        change(0, 3, SEM_UNDO);
        change(0, -2, 0);
        _exit(0);
    }
    report("gave 3, took 2 for good", pid);
    printf("not below zero: %d\n", value(0));
    reset(0, 3);
    pid = fork();
    if (pid == 0) {
        change(0, -3, SEM_UNDO);
        change(0, HIGHEST, 0);
        _exit(0);
    }
    report("took 3, gave the highest", pid);
    printf("not above the highest: %d\n", value(0));
}

static void forgotten(void) {
    reset(0, 4);
    pid_t pid = fork();
    if (pid == 0) {
        change(0, -1, SEM_UNDO);
        change(1, -1, SEM_UNDO);
        reset(0, 9);
        _exit(0);
    }
    report("SETVAL of one of two", pid);
    printf("afterwards %d and %d\n", value(0), value(1));
    pid = fork();
    if (pid == 0) {
        unsigned short all[2] = {1, 2};
        union semun argument = {.array = all};
        change(0, -1, SEM_UNDO);
        change(1, -1, SEM_UNDO);
        _exit(semctl(set, 0, SETALL, argument));
    }
    report("SETALL", pid);
    printf("afterwards %d and %d\n", value(0), value(1));
}

static int takes_one(void* argument) {
    (void)argument;
    return change(0, -1, SEM_UNDO) == 0 ? value(0) : 50;
}
static int gives_back(void* argument) {
    (void)argument;
    return change(0, 1, SEM_UNDO) == 0 ? value(0) : 50;
}

/* A process that starts a child with these flags, waits for it, and tells the value then; and its own end. */
static void shared(const char* name, int flags, int (*function)(void*), int own) {
    reset(0, 10);
    pid_t pid = fork();
    if (pid == 0) {
        if (own != 0) change(0, own, SEM_UNDO);
        char* stack = malloc(STACK);
        pid_t child = clone(function, stack + STACK, flags | SIGCHLD, NULL);
        if (child < 0) fail("clone");
        report("  the child", child);
        _exit(value(0));
    }
    report(name, pid);
    printf("%s: in the end %d\n", name, value(0));
}

int main(void) {
    begin();
    set = semget(IPC_PRIVATE, 2, 0600);
    if (set < 0) fail("semget");
    at_exit_of_a_process();
    clamped();
    reset(1, 5);
    forgotten();
    shared("not shared", 0, takes_one, -2);
    shared("shared", CLONE_SYSVSEM, takes_one, -2);
    shared("shared from the child's first on", CLONE_SYSVSEM, takes_one, 0);
    shared("given back by the other", CLONE_SYSVSEM | CLONE_VM, gives_back, -1);
    if (semctl(set, 0, IPC_RMID) != 0) fail("IPC_RMID");
    return 0;
}
