/* semop: several operations or none, sleeping and being woken, the errors of all the calls about semaphores.
 */
#include "common.h"
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

union semun {
    int val;
    struct semid_ds* buf;
    unsigned short* array;
};

static int set;

static const char* answer(int result) {
    if (result >= 0) return "done";
    switch (errno) {
    case EAGAIN: return "EAGAIN";
    case EIDRM: return "EIDRM";
    case EINTR: return "EINTR";
    case EINVAL: return "EINVAL";
    case EFBIG: return "EFBIG";
    case E2BIG: return "E2BIG";
    case ERANGE: return "ERANGE";
    case EEXIST: return "EEXIST";
    case ENOENT: return "ENOENT";
    case EACCES: return "EACCES";
    case EPERM: return "EPERM";
    case EFAULT: return "EFAULT";
    default: return "another errno";
    }
}

static int value(int number) { return semctl(set, number, GETVAL); }
static int assign(int number, int to) {
    union semun argument = {.val = to};
    return semctl(set, number, SETVAL, argument);
}
static int change(int number, int by, int flags) {
    struct sembuf operation = {(unsigned short)number, (short)by, (short)flags};
    return semop(set, &operation, 1);
}

/* A child that does this and says what came of it; it is asleep in it when this returns. */
static pid_t waiter(int number, int by, int flags) {
    const int command = by == 0 ? GETZCNT : GETNCNT, before = semctl(set, number, command);
    pid_t pid = fork();
    if (pid == 0) {
        printf("  a waiter: %s\n", answer(change(number, by, flags)));
        exit(0);
    }
    while (semctl(set, number, command) == before) usleep(1000);
    return pid;
}

/* What a call has answered, and the values after it. */
static void said(const char* what, int result) {
    const char* text = answer(result);
    printf("%s: %s, values %d %d\n", what, text, value(0), value(1));
}

static void atomic(void) {
    assign(0, 3);
    assign(1, 0);
    struct sembuf both[] = {{0, -2, 0}, {1, -1, IPC_NOWAIT}};
    said("the second cannot", semop(set, both, 2));
    both[1].sem_op = 4;
    said("both can", semop(set, both, 2));
    struct sembuf same[] = {{0, 5, SEM_UNDO}, {0, -6, SEM_UNDO}, {0, 0, IPC_NOWAIT}};
    said("one after the other", semop(set, same, 3));
    struct sembuf high[] = {{1, 1, 0}, {0, 32767, 0}, {0, 1, 0}};
    said("too high", semop(set, high, 3));
}

static void woken(void) {
    assign(0, 0);
    pid_t pid = waiter(0, -2, 0);
    said("one is not enough", change(0, 1, 0));
    printf("%d waits\n", semctl(set, 0, GETNCNT));
    change(0, 1, 0);
    report("woken by two", pid);
    printf("left %d, by the waiter: %d\n", value(0), semctl(set, 0, GETPID) == pid);
    assign(0, 1);
    pid = waiter(0, 0, 0);
    assign(0, 0);
    report("woken by zero", pid);
    /* The one that is woken gives what an earlier one waits for. */
    pid_t first = waiter(1, -9, 0);
    pid_t second = fork();
    if (second == 0) {
        struct sembuf swap[] = {{0, -1, 0}, {1, 9, 0}};
        exit(semop(set, swap, 2));
    }
    while (semctl(set, 0, GETNCNT) == 0) usleep(1000);
    change(0, 1, 0);
    report("the earlier one", first); /* it says its line before it ends */
    report("the later one", second);
    /* An exit gives back what it has taken. */
    assign(0, 1);
    int gate[2];
    if (pipe(gate) != 0) fail("pipe");
    pid_t holder = fork();
    if (holder == 0) {
        char byte;
        change(0, -1, SEM_UNDO);
        if (write(gate[1], "x", 1) != 1) exit(1);
        close(gate[1]);
        while (semctl(set, 0, GETNCNT) == 0) usleep(1000);
        exit(read(gate[0], &byte, 0));
    }
    char byte;
    if (read(gate[0], &byte, 1) != 1) fail("read");
    pid = fork();
    if (pid == 0) {
        exit(change(0, -1, 0) == 0 ? 0 : 1);
    }
    report("the holder", holder);
    report("woken by its exit", pid);
    printf("taken: %d\n", value(0));
}

static void refused(const char* what, int result) { printf("%s: %s\n", what, answer(result)); }

static void ended(void) {
    assign(0, 0);
    printf("no wait: %s\n", answer(change(0, -1, IPC_NOWAIT)));
    struct sembuf take = {0, -1, SEM_UNDO};
    struct timespec soon = {0, 20000000}, wrong = {0, 1000000000};
    printf("for a while: %s\n", answer(semtimedop(set, &take, 1, &soon)));
    printf("for a time that is none: %s\n", answer(semtimedop(set, &take, 1, &wrong)));
    pid_t pid = waiter(0, -1, SEM_UNDO);
    int status = 0;
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    report("stopped, and going on", pid);
    pid = waiter(0, -1, 0);
    kill(pid, SIGKILL);
    report("killed", pid);
    printf("%d wait\n", semctl(set, 0, GETNCNT));
    pid = waiter(0, -1, SEM_UNDO);
    int removed = semctl(set, 0, IPC_RMID);
    report("its set is gone", pid);
    refused("removed", removed);
    printf("its id: %s\n", answer(change(0, 1, 0)));
    int old = set;
    set = semget(IPC_PRIVATE, 2, 0600);
    /* Linux puts the next one in its place, today's Linux somewhere else. */
    int result = semctl(old, 0, GETVAL), place_taken = set % 32768 == old % 32768;
    printf("its id when there is another: %s\n",
           result == -1 && errno == (place_taken ? EIDRM : EINVAL) ? "refused" : "WRONG");
}

/* Somebody else, of whom the mode (0604) says that he may read. */
static void by_nobody(int named, key_t key) {
    if (setgid(65534) != 0 || setuid(65534) != 0) fail("setuid");
    set = named;
    refused("nobody reads", semctl(set, 0, GETVAL));
    refused("waits for zero", change(0, 0, 0));
    refused("changes", change(0, 1, 0));
    refused("wants to change", semget(key, 1, 0200));
    refused("removes", semctl(set, 0, IPC_RMID));
    exit(0);
}

static void arrays(int named, key_t key) {
    unsigned short all[2] = {7, 40000};
    union semun argument = {.array = all};
    said("SETALL too high", semctl(set, 0, SETALL, argument));
    all[1] = 8;
    said("SETALL", semctl(set, 0, SETALL, argument));
    memset(all, 0, sizeof all);
    refused("GETALL", semctl(set, 0, GETALL, argument));
    printf("it says %d %d\n", all[0], all[1]);
    struct semid_ds about;
    argument.buf = &about;
    refused("IPC_STAT", semctl(named, 0, IPC_STAT, argument));
    printf("%d semaphores, mode %o, the key is %s\n", (int)about.sem_nsems, about.sem_perm.mode,
           about.sem_perm.__key == key ? "right" : "WRONG");
    about.sem_perm.mode = 0604;
    refused("IPC_SET", semctl(named, 0, IPC_SET, argument));
}

static void errors(void) {
    const key_t key = 0x46504b01;
    struct sembuf many[600];
    memset(many, 0, sizeof many);
    refused("no such key", semget(key, 1, 0));
    int named = semget(key, 3, IPC_CREAT | IPC_EXCL | 0600);
    refused("made", named);
    refused("again", semget(key, 3, IPC_CREAT | IPC_EXCL));
    printf("found: %s\n", semget(key, 0, 0) == named ? "the same" : "ANOTHER");
    refused("more than it has", semget(key, 4, 0));
    refused("no semaphores", semget(IPC_PRIVATE, 0, 0600));
    refused("less than none", semget(IPC_PRIVATE, -1, 0600));
    refused("no operation", semop(set, many, 0));
    refused("too many", semop(set, many, 600));
    refused("no such semaphore", change(2, 1, 0));
    refused("no such semaphore", semctl(set, 2, GETVAL));
    refused("no such set", semctl(-1, 0, GETVAL));
    refused("no such set", semop(-1, many, 1));
    refused("a bad address", semop(set, (struct sembuf*)8, 1));
    refused("below zero", assign(0, -1));
    refused("too high", assign(0, 32768));
    refused("no such command", semctl(set, 0, 99));
    arrays(named, key);
    pid_t pid = fork();
    if (pid == 0) by_nobody(named, key);
    report("nobody", pid);
    semctl(named, 0, IPC_RMID);
}

int main(void) {
    begin();
    set = semget(IPC_PRIVATE, 2, 0600);
    if (set < 0) fail("semget");
    atomic();
    woken();
    ended();
    errors();
    if (semctl(set, 0, IPC_RMID) != 0) fail("IPC_RMID");
    return 0;
}
