/* CLONE_FS: root, working directory and umask shared by two tasks, or each its own. */
#include "common.h"
#include <fcntl.h>
#include <sys/stat.h>

static char stack[16384] __attribute__((aligned(16)));

static void where(const char* who) {
    char path[64];
    if (!getcwd(path, sizeof path)) fail("getcwd");
    mode_t mask = umask(0);
    umask(mask);
    printf("%s: in %s, umask %03o, /dev/null is %s\n", who, path, (unsigned)mask,
           access("/dev/null", F_OK) == 0 ? "there" : "not there");
}

static int moves(void* unused) {
    (void)unused;
    if (chdir("/tmp") != 0) fail("chdir");
    umask(077);
    where("child");
    return 1;
}

static int changes_root(void* unused) {
    (void)unused;
    if (chroot("/tmp/forkproof-clonefs") != 0 || chdir("/") != 0) fail("chroot");
    where("child");
    printf("above its root: %s\n", chdir("..") == 0 && access("dev", F_OK) != 0 ? "nothing" : "something");
    return 2;
}

static void clones(const char* title, int (*does)(void*), int flags) {
    printf("%s:\n", title);
    chdir("/");
    umask(022);
    pid_t pid = clone(does, stack + sizeof stack, flags | SIGCHLD, NULL);
    if (pid < 0) fail("clone");
    report("child", pid);
    where("parent");
}

int main(void) {
    begin();
    mkdir("/tmp/forkproof-clonefs", 0755);
    clones("its own", moves, 0);
    clones("shared", moves, CLONE_FS);
    clones("its own, with memory shared", moves, CLONE_VM);
    clones("its own root", changes_root, 0);
    pid_t pid = fork(); /* who shares a new root has no way back */
    if (pid == 0) {
        clones("a shared root", changes_root, CLONE_FS);
        printf("made in it: %d\n", mkdir("inside", 0700) == 0 && rmdir("/inside") == 0);
        _exit(0);
    }
    report("with a shared root", pid);
    return rmdir("/tmp/forkproof-clonefs");
}
