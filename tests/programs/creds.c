/* Who a task is: users, groups, capabilities; a child has its parent's, and each its own from then on. */
#include "common.h"
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/stat.h>

enum { NOBODY = 65534, SOMEBODY = 1000, GROUP = 7, OTHER_GROUP = 11 };

static const unsigned KEEP = ~0U; /* leave the id as it is */

struct sets {
    struct __user_cap_data_struct word[2];
};

static struct sets mine(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct sets s;
    if (syscall(SYS_capget, &header, s.word) != 0) fail("capget");
    return s;
}
static int set(struct sets s) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return (int)syscall(SYS_capset, &header, s.word);
}
static unsigned has(unsigned capability) {
    struct sets s = mine();
    return (s.word[capability / 32].effective >> capability % 32 & 1) +
           2 * (s.word[capability / 32].permitted >> capability % 32 & 1);
}
static const char* name_of(int error) {
    return error == EINVAL   ? "EINVAL"
           : error == EPERM  ? "EPERM"
           : error == EACCES ? "EACCES"
           : error == EAGAIN ? "EAGAIN"
           : error == ESRCH  ? "ESRCH"
                             : "?";
}
static void said(const char* what, int answer) {
    printf("  %-44s %s\n", what, answer < 0 ? name_of(errno) : "done");
}
static void who(const char* what) {
    uid_t r, e, s;
    gid_t rg, eg, sg;
    if (getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0) fail("getresuid");
    printf("  %-14s uid %u %u %u, gid %u %u %u, %d groups, kill %u\n", what, r, e, s, rg, eg, sg,
           getgroups(0, NULL), has(CAP_KILL));
}

/* Each part in a child of its own: what it gives up is given up for good. */
static void part(const char* name, void (*what)(void)) {
    printf("%s:\n", name);
    pid_t pid = fork();
    if (pid == 0) {
        what();
        _exit(0);
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) fail("waitpid");
    if (status != 0) printf("FAILED: status 0x%x\n", (unsigned)status);
}

static void users(void) {
    if (seteuid(SOMEBODY) != 0) fail("seteuid");
    who("seteuid:");
    if (seteuid(0) != 0) fail("seteuid back");
    who("and back:");
    if (setreuid(SOMEBODY, 0) != 0) fail("setreuid");
    who("setreuid:");
    if (setresuid(KEEP, NOBODY, KEEP) != 0) fail("setresuid");
    who("setresuid:");
    said("a uid that it has not:", setresuid(1, KEEP, KEEP));
    said("its real one:", setuid(SOMEBODY));
    who("then:");
    said("its saved one is still there:", setreuid(KEEP, 0));
    if (setuid(NOBODY) != 0) fail("setuid");
    who("setuid:");
    said("back to 0:", setuid(0));
    said("another group:", setgid(GROUP));
    said("other groups:", setgroups(0, NULL));
}

static void groups(void) {
    gid_t two[2] = {GROUP, OTHER_GROUP}, got[2] = {0, 0};
    if (setgroups(2, two) != 0) fail("setgroups");
    printf("  getgroups: %d", getgroups(2, got));
    printf(", %u and %u; into too little room %s\n", got[0], got[1],
           getgroups(1, got) < 0 ? name_of(errno) : "DONE");
    pid_t pid = fork();
    if (pid == 0) {
        who("child:");
        if (setgroups(0, NULL) != 0) fail("setgroups");
        who("without:");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    who("parent:");
    const char* file = "/tmp/creds-of-a-group";
    unlink(file);
    int fd = open(file, O_CREAT | O_RDWR, 0640);
    if (fd < 0 || fchown(fd, 1, OTHER_GROUP) != 0 || fchmod(fd, 0040) != 0) fail("a file of the group");
    close(fd);
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) fail("setuid");
    said("a file that the group may read:", open(file, O_RDONLY));
    said("but not write:", open(file, O_WRONLY));
    said("a root's file is not its to give away:", chown(file, NOBODY, KEEP));
}

static void not_in_the_group(void) {
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0) fail("setuid");
    said("the same file for another:", open("/tmp/creds-of-a-group", O_RDONLY));
}

static void capabilities(void) {
    struct sets s = mine();
    s.word[0].effective &= ~(1U << CAP_KILL);
    said("effective without kill:", set(s));
    who("then:");
    s.word[0].effective |= 1U << CAP_KILL;
    said("with it again, as it is permitted:", set(s));
    who("then:");
    s.word[0].effective &= ~(1U << CAP_KILL);
    s.word[0].permitted &= ~(1U << CAP_KILL);
    said("neither effective nor permitted:", set(s));
    who("then:");
    s.word[0].permitted |= 1U << CAP_KILL;
    said("permitted again:", set(s));
    s = mine();
    s.word[0].effective |= 1U << CAP_KILL;
    said("effective without being permitted:", set(s));
    pid_t pid = fork();
    if (pid == 0) {
        who("its child:");
        if (setuid(NOBODY) != 0) fail("setuid");
        who("as nobody:");
        s = mine();
        s.word[0].inheritable = 1;
        said("something inheritable:", set(s));
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    struct __user_cap_header_struct header = {1, 0};
    said("a version that is not known:", (int)syscall(SYS_capget, &header, s.word));
    printf("  is told of %s\n", header.version == _LINUX_CAPABILITY_VERSION_3 ? "version 3" : "ANOTHER");
    header.pid = 32000;
    said("of nobody:", (int)syscall(SYS_capget, &header, s.word));
    header.pid = getppid();
    said("of another:", (int)syscall(SYS_capset, &header, s.word));
}

static void no_more_tasks(void) {
    struct rlimit none = {0, 0};
    if (set_limit(RLIMIT_NPROC, &none) != 0) fail("setrlimit");
    pid_t pid = fork();
    if (pid == 0) _exit(0);
    printf("  root with RLIMIT_NPROC 0 forks: %s\n", pid < 0 ? name_of(errno) : "done");
    if (pid > 0) waitpid(pid, NULL, 0);
    if (setresuid(KEEP, NOBODY, KEEP) != 0) fail("setresuid");
    pid = fork();
    if (pid == 0) _exit(0);
    printf("  euid nobody, without capabilities, but still root's task: %s\n",
           pid < 0 ? name_of(errno) : "done");
    if (pid > 0) waitpid(pid, NULL, 0);
}

static void no_more_of_nobody(void) {
    if (setuid(NOBODY) != 0) fail("setuid");
    struct rlimit none = {0, 0};
    if (set_limit(RLIMIT_NPROC, &none) != 0) fail("setrlimit");
    pid_t pid = fork();
    if (pid == 0) _exit(0);
    printf("  nobody with RLIMIT_NPROC 0 forks: %s\n", pid < 0 ? name_of(errno) : "DONE");
}

int main(void) {
    begin();
    privileged("setgroups", setgroups(0, NULL));
    who("root:");
    part("users", users);
    part("groups", groups);
    part("not in the group", not_in_the_group);
    unlink("/tmp/creds-of-a-group");
    part("capabilities", capabilities);
    part("limits", no_more_tasks);
    part("nobody's limits", no_more_of_nobody);
    who("root:");
    return 0;
}
