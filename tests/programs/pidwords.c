/* PARENT_SETTID, CHILD_SETTID, CHILD_CLEARTID: which number is written where, and what a bad pointer does. */
#include "common.h"
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>

enum { STACK = 16384 };
static char stack[STACK] __attribute__((aligned(16)));
static volatile pid_t parents, childs, seen_parents, seen_childs, own;
static volatile int go;

static pid_t self(void) { return (pid_t)syscall(SYS_gettid); }
static const char* which(pid_t word, pid_t number) {
    return word == number ? "its number" : word == 0 ? "0" : word == 1 ? "1" : "SOMETHING ELSE";
}

static int child(void* nothing) {
    (void)nothing;
    seen_parents = parents;
    seen_childs = childs;
    own = self();
    while (go == 0) usleep(1000);
    return parents != 0 ? 10 + (childs == own) : childs == own;
}

static void clear(void) { parents = childs = seen_parents = seen_childs = own = go = 0; }

static pid_t start(int flags) {
    clear();
    pid_t pid = clone(child, stack + STACK, flags | SIGCHLD, NULL, &parents, NULL, &childs);
    if (pid < 0) fail("clone");
    return pid;
}

static void shared_memory(void) {
    pid_t pid = start(CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID);
    while (own == 0) usleep(1000);
    printf("VM: the parent's word is %s, the child's %s\n", which(parents, pid), which(childs, pid));
    printf("  when the child began they were %s and %s\n", which(seen_parents, pid), which(seen_childs, pid));
    go = 1;
    report("  the child", pid);
}

/* Each has memory of its own: the parent's word is written in the parent's, the child's in the child's. */
static void copied_memory(void) {
    clear();
    go = 1;
    pid_t pid = clone(child, stack + STACK, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL,
                      &parents, NULL, &childs);
    if (pid < 0) fail("clone");
    printf("no VM: here the parent's word is %s, the child's %s\n", which(parents, pid), which(childs, pid));
    report("  1 if the child's copy has the child's word alone, 10 and more if the parent's too", pid);
}

static void own_namespace(void) {
    pid_t pid = start(CLONE_VM | CLONE_NEWPID | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID);
    while (own == 0) usleep(1000);
    printf("NEWPID: the parent's word is %s, the child's %s, and it calls itself %s\n", which(parents, pid),
           which(childs, pid), which(own, pid));
    go = 1;
    report("  the child", pid);
}

static void bad_pointers(void) {
    pid_t pid = (pid_t)syscall(
        SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 16, 0, 16);
    if (pid == 0) _exit(self() != getpid());
    printf("bad pointers: %s\n", pid > 0 ? "the call succeeds" : "IT FAILS");
    report("  the child", pid);
}

static int sleeps(void* nothing) {
    (void)nothing;
    own = self();
    while (go == 0) usleep(1000);
    return 0;
}

/* At the end of the child its word becomes 0, and who waits for that is woken: as pthread_join does. */
static void cleared(int flags, const char* name) {
    clear();
    pid_t pid = clone(sleeps, stack + STACK, flags | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                      NULL, NULL, NULL, &childs);
    if (pid < 0) fail("clone");
    if (!(flags & CLONE_VM)) {
        printf("%s: the parent's word stays %s\n", name, which(childs, pid));
        kill(pid, SIGKILL);
        report("  the child", pid);
        return;
    }
    while (own == 0) usleep(1000);
    const pid_t before = childs;
    go = 1;
    while (childs != 0) syscall(SYS_futex, &childs, FUTEX_WAIT, before, NULL, NULL, 0);
    printf("%s: the word was %s, and is %s when the sleeper has been woken\n", name, which(before, pid),
           which(childs, pid));
    report("  the child", pid);
}

/* A stack pointer of 0 keeps the parent's: in a copy of its memory. */
static void same_stack(void) {
    volatile int here = 5;
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        here += 2;
        _exit(here);
    }
    report("no stack: the child", pid);
    printf("  the parent's variable is %d\n", here);
}

int main(void) {
    begin();
    shared_memory();
    copied_memory();
    own_namespace();
    bad_pointers();
    cleared(CLONE_VM, "CLEARTID with VM");
    cleared(0, "CLEARTID without VM");
    same_stack();
    return 0;
}
