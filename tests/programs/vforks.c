/* CLONE_VFORK: the parent waits until the child gives up the memory it was born with, VM or not; of a process
   with threads only the caller waits. (vforkorder: what an exec ends.) */
#include "common.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

static volatile int go, begun, order;

static void sleep_ms(int ms) {
    struct timespec time = {0, ms * 1000000L};
    nanosleep(&time, NULL);
}

/* Without VM nothing is shared, but the parent waits all the same. */
static void without_vm(void) {
    int ends[2];
    char byte = 0;
    if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail("pipe");
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        order = 1;
        sleep_ms(20);
        _exit(write(ends[1], "x", 1) == 1 ? 3 : 4);
    }
    printf("VFORK without VM: the parent goes on %s the child, whose memory is %s\n",
           read(ends[0], &byte, 1) == 1 ? "after" : "BEFORE", order == 0 ? "its own" : "SHARED");
    report("  the child", pid);
}

static void* vforks(void* nothing) {
    (void)nothing;
    pid_t pid = vfork();
    if (pid == 0) {
        begun = 1;
        while (go == 0) sleep_ms(1);
        _exit(5);
    }
    begun = 2;
    report("  its child", pid);
    return NULL;
}

/* The other threads run on. */
static void of_a_thread(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, vforks, NULL) != 0) fail("pthread_create");
    while (begun == 0) sleep_ms(1);
    sleep_ms(10);
    printf("a thread has called vfork: this one runs, that one %s\n", begun == 1 ? "waits" : "DOES NOT");
    go = 1;
    pthread_join(thread, NULL);
}

/* The child is killed: the parent goes on too. */
static void killed(void) {
    pid_t pid = vfork();
    if (pid == 0) {
        kill(getpid(), SIGKILL);
        _exit(7);
    }
    report("a child that is killed", pid);
}

int main(void) {
    begin();
    without_vm();
    of_a_thread();
    killed();
    return 0;
}
