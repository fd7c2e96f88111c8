/* personality: a task's own, inherited by fork and by clone, whatever is shared besides. */
#include "common.h"
#include <sys/personality.h>

enum { ONLY_ASK = 0xffffffff, STACK = 16384 };

static unsigned mine(void) { return (unsigned)personality(ONLY_ASK); }

static int child(void* unused) {
    (void)unused;
    printf("  child begins with 0x%x, sets another: was 0x%x\n", mine(),
           (unsigned)personality(ADDR_NO_RANDOMIZE));
    printf("  child has 0x%x\n", mine());
    return 0;
}

static void clone_with(const char* what, int flags) {
    char* stack = malloc(STACK);
    printf("%s\n", what);
    pid_t pid = clone(child, stack + STACK, flags | SIGCHLD, NULL);
    if (pid < 0) fail("clone");
    if (waitpid(pid, NULL, 0) != pid) fail("waitpid");
    printf("  parent has 0x%x\n", mine());
    free(stack);
}

int main(void) {
    begin();
    personality(PER_LINUX | SHORT_INODE);
    printf("set: 0x%x\n", mine());
    clone_with("fork", 0);
    clone_with("VM and all that a thread shares",
               CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM);
    personality(PER_SVR4);
    clone_with("fork of one that has SVR4's", 0);
    personality(PER_LINUX);
    printf("back: 0x%x\n", mine());
    return 0;
}
