/* What cannot be done to the names of /proc, and what can: they are looked up, listed and followed. */
#include "common.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void answer(const char* what, int result) {
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

/* Where kernels give different reasons. */
static void refusal(const char* what, int result) {
    printf("%s: %s\n", what, result < 0 ? "refused" : "done");
}

static int listed(const char* directory, const char* name) {
    DIR* d = opendir(directory);
    if (!d) return -1;
    int found = 0;
    for (struct dirent* e; (e = readdir(d));) found += strcmp(e->d_name, name) == 0;
    closedir(d);
    return found;
}

static void names(void) {
    refusal("a file of that name", open("/proc/forkproof", O_CREAT | O_WRONLY, 0600));
    answer("a directory there is", mkdir("/proc/self", 0700));
    refusal("unlink", unlink("/proc/stat"));
    refusal("rename", rename("/proc/stat", "/proc/stat2"));
    refusal("link", link("/proc/stat", "/proc/self/forkproof"));
    answer("symlink over a name", symlink("x", "/proc/stat"));
    answer("a number that nobody has", open("/proc/4194304999", O_RDONLY));
    answer("with a zero in front", open("/proc/01", O_RDONLY));
    answer("zero", open("/proc/0", O_RDONLY));
    answer("a file as a directory", open("/proc/stat/x", O_RDONLY));
    answer("writing where nothing can be written", open("/proc/self/stat", O_WRONLY) < 0 ? -1 : 0);
}

static void walks(void) {
    char path[128], text[128];
    printf("listed: %d %d %d\n", listed("/proc", "self"), listed("/proc/self", "task"),
           listed("/proc/self/fd", "1"));
    snprintf(path, sizeof path, "%d", (int)getpid());
    printf("in the list of processes: %d\n", listed("/proc", path));
    if (chdir("/proc/self/task") != 0) fail("chdir");
    snprintf(path, sizeof path, "/proc/%d/task", (int)getpid());
    printf("getcwd says so: %s\n", strcmp(getcwd(text, sizeof text), path) == 0 ? "yes" : "no");
    if (chdir("..") != 0 || chdir("..") != 0) fail("chdir");
    printf("two up: %s\n", getcwd(text, sizeof text));
    if (chdir("/proc/self/cwd/self/root/tmp") != 0) fail("chdir");
    printf("through links: %s\n", getcwd(text, sizeof text));
    chdir("/");
    struct stat a, b;
    if (stat("/proc/self/exe", &a) != 0 || stat("/proc/self/cwd/", &b) != 0) fail("stat");
    printf("exe is a file, cwd a directory: %s\n", S_ISREG(a.st_mode) && S_ISDIR(b.st_mode) ? "yes" : "no");
    if (lstat("/proc/self/exe", &a) != 0) fail("lstat");
    printf("exe itself is a link: %s\n", S_ISLNK(a.st_mode) ? "yes" : "no");
    if (lstat("/proc/self/status", &a) != 0 || lstat("/proc/self/status", &b) != 0) fail("lstat");
    printf("the same file each time: %s\n", a.st_ino == b.st_ino && a.st_dev == b.st_dev ? "yes" : "no");
}

/* A working directory whose task has gone. */
static void gone(void) {
    char path[64], text[64];
    pid_t pid = fork();
    if (pid == 0)
        for (;;) pause();
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (chdir(path) != 0) fail("chdir");
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    answer("its name", getcwd(text, sizeof text) ? 0 : -1);
    refusal("a file in it", open("stat", O_RDONLY));
    refusal("from its descriptor", openat(fd, "stat", O_RDONLY));
    close(fd);
    chdir("/");
}

/* A file is read in pieces, at any place. */
static void pieces(void) {
    char whole[64], part[64] = {0};
    int fd = open("/proc/self/comm", O_RDONLY);
    int size = (int)read(fd, whole, sizeof whole);
    printf("read again at the end: %d\n", (int)read(fd, part, sizeof part));
    lseek(fd, 0, SEEK_SET);
    for (int i = 0; i < size; i++)
        if (read(fd, part + i, 1) != 1) fail("read");
    printf("byte by byte the same: %s\n", memcmp(whole, part, (size_t)size) == 0 ? "yes" : "no");
    close(fd);
}

/* Who is somebody else sees the texts, but not where it stands. */
static void strangers(void) {
    pid_t pid = fork();
    if (pid == 0) {
        char path[64], text[64];
        if (setgid(65534) != 0 || setuid(65534) != 0) fail("setuid");
        snprintf(path, sizeof path, "/proc/%d/cwd", (int)getppid());
        answer("cwd of root's", (int)readlink(path, text, sizeof text));
        snprintf(path, sizeof path, "/proc/%d/fd", (int)getppid());
        answer("its descriptors", open(path, O_RDONLY));
        snprintf(path, sizeof path, "/proc/%d/status", (int)getppid());
        int fd = open(path, O_RDONLY);
        answer("its status", fd < 0 ? fd : (int)read(fd, text, sizeof text));
        exit(0);
    }
    report("somebody else", pid);
}

int main(void) {
    begin();
    names();
    walks();
    gone();
    pieces();
    strangers();
    return 0;
}
