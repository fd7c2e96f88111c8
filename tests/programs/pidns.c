/* Pid namespaces: numbers begin again at 1 in each, three deep; from outside a task has another number.
   Whoever is left without a parent goes to the init of its own namespace, and when that dies all in it die. A
   proc that is mounted inside shows what lives inside. */
#include "common.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define TOP "/tmp/forkproof-pidns"

/* One for each generation: who runs on a stack must not give it away. */
static char stacks[4][16384] __attribute__((aligned(16)));

static pid_t make(int (*does)(void*), int generation, int flags) {
    pid_t pid = clone(does, stacks[generation] + sizeof stacks[0], flags | SIGCHLD, NULL);
    privileged("clone", pid);
    return pid;
}

/* Each generation has its parent's view of itself behind it. */
static int generation_below(void* number) {
    int n = (int)(long)number;
    printf("level %d: pid %d, parent %d\n", n, (int)getpid(), (int)getppid());
    if (n < 3) {
        pid_t pid = clone(generation_below, stacks[n] + sizeof stacks[0], CLONE_NEWPID | SIGCHLD,
                          (void*)(long)(n + 1));
        report("the one below", pid);
        printf("level %d: saw it as %d\n", n, (int)pid); /* afterwards: they run at once */
    }
    return n;
}

static void three_levels(void) {
    pid_t pid = clone(generation_below, stacks[0] + sizeof stacks[0], CLONE_NEWPID | SIGCHLD, (void*)1L);
    privileged("clone(CLONE_NEWPID)", pid);
    report("the first", pid);
    printf("outside its number was %s\n", pid > 1 ? "not 1" : "1  FAILED");
}

static int adopter(void* unused) {
    (void)unused;
    int gate[2];
    if (pipe(gate) != 0) fail("pipe");
    pid_t middle = fork();
    if (middle == 0) {
        if (fork() != 0) _exit(7);
        close(gate[1]);
        wait_closed(gate[0]); /* until the reaper has reaped its parent */
        printf("the orphan: pid %d, parent %d\n", (int)getpid(), (int)getppid());
        _exit(8);
    }
    close(gate[0]);
    report("the middle", middle);
    close(gate[1]);
    int status;
    pid_t orphan = wait(&status);
    printf("adopted: pid %d, exited with %d\n", (int)orphan, WEXITSTATUS(status));
    printf("and then: %s\n", wait(&status) < 0 ? strerror(errno) : "another");
    return 0;
}

/* Its children hold the write end; the one outside waits until all are gone. */
static int held[2];
static int leaves_children(void* unused) {
    (void)unused;
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (;;) pause();
    return 5;
}

static void init_dies(void) {
    if (pipe(held) != 0) fail("pipe");
    pid_t pid = make(leaves_children, 0, CLONE_NEWPID);
    close(held[1]);
    report("an init that leaves three", pid);
    wait_closed(held[0]);
    printf("all of them are gone\n");
    close(held[0]);
}

/* An init hears of itself only what it asks for. */
static int immune(void* unused) {
    (void)unused;
    kill(getpid(), SIGKILL);
    kill(getpid(), SIGTERM);
    pid_t pid = fork();
    if (pid == 0) {
        kill(1, SIGKILL);
        _exit(0);
    }
    report("who tried to kill it", pid);
    for (;;) pause();
}

static void killed_from_outside(void) {
    pid_t pid = make(immune, 0, CLONE_NEWPID);
    usleep(20000);
    kill(pid, SIGKILL);
    report("an init killed from outside", pid);
}

static void list(const char* path) {
    DIR* d = opendir(path);
    if (!d) fail(path);
    printf("processes in %s:", path);
    for (struct dirent* e; (e = readdir(d));)
        if (e->d_name[0] >= '0' && e->d_name[0] <= '9') printf(" %s", e->d_name);
    printf("\n");
    closedir(d);
}

static int open_inside = -1; /* shared with the parent by CLONE_FILES */
static int shows(void* unused) {
    (void)unused;
    char text[64];
    privileged("private mounts", mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    privileged("mount", mount("proc", TOP, "proc", 0, NULL));
    pid_t pid = fork();
    if (pid == 0)
        for (;;) pause();
    list(TOP);
    ssize_t n = readlink(TOP "/self", text, sizeof text);
    printf("self: %.*s\n", (int)n, text);
    int fd = open(TOP "/2/stat", O_RDONLY);
    memset(text, 0, sizeof text);
    printf("the child's stat: %s, ", read(fd, text, sizeof text - 1) > 0 ? "read" : "not read");
    printf("number %d, parent %d\n", atoi(text), atoi(strchr(strrchr(text, ')') + 4, ' ') - 1));
    kill(pid, SIGKILL);
    report("the child", pid);
    lseek(fd, 0, SEEK_SET);
    printf("its stat: %s\n", read(fd, text, sizeof text) < 0 ? strerror(errno) : "read");
    close(fd);
    list(TOP);
    /* The outer proc shows it too, under its outer number. */
    n = readlink("/proc/self", text, sizeof text);
    printf("self in the outer proc: %s\n", n < 0 ? strerror(errno) : "there");
    open_inside = open(TOP "/1/stat", O_RDONLY);
    return 0;
}

static void proc_inside(void) {
    char text[256];
    mkdir(TOP, 0755);
    pid_t pid = make(shows, 0, CLONE_NEWPID | CLONE_NEWNS | CLONE_FILES | CLONE_VM);
    report("who mounts proc", pid);
    /* It goes with the namespace of mounts, but for who has a file of it open. */
    printf("its stat: %s\n", read(open_inside, text, sizeof text) < 0 ? strerror(errno) : "read");
    close(open_inside);
    rmdir(TOP);
}

int main(void) {
    begin();
    if (geteuid() != 0) fail("not root");
    three_levels();
    pid_t pid = make(adopter, 0, CLONE_NEWPID);
    report("who adopts", pid);
    init_dies();
    killed_from_outside();
    proc_inside();
    return 0;
}
