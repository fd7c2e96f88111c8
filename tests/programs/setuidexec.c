/* The file of this program has the set-user-id bit, and is root's (Makefile): whoever runs it is root to the
   kernel, and who he was is still his real uid. Run by nobody, it says so. */
#include "common.h"
#include <grp.h>
#include <linux/capability.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

static void who(const char* what) {
    uid_t r, e, s;
    if (getresuid(&r, &e, &s) != 0) fail("getresuid");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) != 0) fail("capget");
    printf("%-24s uid %u %u %u, capabilities %s\n", what, r, e, s,
           sets[0].effective == 0                   ? "none"
           : sets[0].effective == sets[0].permitted ? "all that are permitted"
                                                    : "some");
}

int main(int argc, char** argv) {
    begin();
    if (argc > 1) {
        who("a set-user-id program:");
        if (fork() == 0) {
            who("its child:");
            _exit(0);
        }
        wait(NULL);
        if (setuid(NOBODY) != 0) fail("setuid");
        who("after setuid:");
        return 0;
    }
    struct stat st;
    if (stat(argv[0], &st) != 0) fail("stat");
    if (!(st.st_mode & S_ISUID) || st.st_uid != 0) {
        printf("refused here: the file has lost its set-user-id bit\n");
        return REFUSED_HERE;
    }
    who("root:");
    pid_t pid = fork();
    if (pid == 0) {
        if (setgroups(0, NULL) != 0 || setuid(NOBODY) != 0) fail("setuid");
        if (access(argv[0], X_OK) != 0) {
            printf("refused here: nobody may not come to the file\n");
            _exit(REFUSED_HERE);
        }
        who("nobody:");
        char* args[] = {argv[0], "again", NULL};
        char* none[] = {NULL};
        execve(argv[0], args, none);
        fail("execve");
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) fail("waitpid");
    return WEXITSTATUS(status);
}
