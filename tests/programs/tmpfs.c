/* A file system in memory, mounted in a namespace of its own: files made, written, extended, cut, linked,
   renamed and taken away; directories; who may do it; and a file that lives on without a name. */
#include "common.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char* const folder = "/tmp/forkproof-tmpfs-test";

static const void* volatile bad_memory = (void*)16;

static void answer(const char* what, long result) {
    if (result < 0)
        printf("%s: %s\n", what, strerror(errno));
    else
        printf("%s: %ld\n", what, result);
}

static int by_name(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void list(const char* path) {
    char* names[32];
    int n = 0;
    DIR* d = opendir(path);
    if (!d) fail("opendir");
    for (struct dirent* e; (e = readdir(d)) && n < 32;) names[n++] = strdup(e->d_name);
    closedir(d);
    qsort(names, (size_t)n, sizeof *names, by_name);
    printf("in %s:", path);
    for (int i = 0; i < n; i++) printf(" %s", names[i]);
    printf("\n");
}

static void show(const char* path) {
    struct stat s;
    if (lstat(path, &s) != 0) {
        answer(path, -1);
        return;
    }
    printf("%s: mode %o, %u links, owner %u", path, s.st_mode, (unsigned)s.st_nlink, s.st_uid);
    if (!S_ISDIR(s.st_mode)) printf(", %ld bytes", (long)s.st_size);
    printf("\n");
}

static void files(void) {
    char buffer[64] = "";
    umask(022);
    int fd = open("a", O_CREAT | O_RDWR, 0666);
    answer("write", write(fd, "hello, file\n", 12));
    answer("again, exclusive", open("a", O_CREAT | O_EXCL | O_RDWR, 0666));
    answer("read at the end", read(fd, buffer, sizeof buffer));
    answer("seek", lseek(fd, 7, SEEK_SET));
    answer("read", read(fd, buffer, sizeof buffer));
    printf("it says: %s", buffer);
    show("a");
    answer("seek beyond", lseek(fd, 10000, SEEK_SET));
    answer("write there", write(fd, "x", 1));
    show("a");
    answer("seek into the hole", lseek(fd, 5000, SEEK_SET));
    answer("read of it", read(fd, buffer, 8));
    printf("zeros: %s\n", memcmp(buffer, "\0\0\0\0\0\0\0\0", 8) == 0 ? "yes" : "no");
    answer("cut", ftruncate(fd, 5));
    answer("extend", ftruncate(fd, 20));
    memset(buffer, 'z', sizeof buffer);
    lseek(fd, 0, SEEK_SET);
    answer("read all", read(fd, buffer, sizeof buffer));
    printf("cut at five: %.5s, then zeros: %s\n", buffer, buffer[5] == 0 && buffer[19] == 0 ? "yes" : "no");
    answer("a negative size", ftruncate(fd, -1));
    answer("from bad memory", write(fd, bad_memory, 10));
    answer("close", close(fd));
    fd = open("a", O_RDONLY);
    answer("write to one that is for reading", write(fd, "x", 1));
    answer("cut one that is for reading", ftruncate(fd, 0));
    close(fd);
    fd = open("a", O_WRONLY | O_APPEND);
    lseek(fd, 0, SEEK_SET);
    answer("append", write(fd, "end", 3));
    close(fd);
    show("a");
    fd = open("a", O_WRONLY | O_TRUNC);
    close(fd);
    show("a");
    answer("open a name with a slash", open("new/", O_CREAT | O_RDWR, 0666));
    answer("open in nowhere", open("nowhere/new", O_CREAT | O_RDWR, 0666));
}

static void names(void) {
    answer("link", link("a", "b"));
    answer("link again", link("a", "b"));
    answer("link a directory", link(".", "c"));
    show("a");
    answer("rename to another name of it", rename("a", "b"));
    list(".");
    answer("unlink", unlink("a"));
    answer("unlink again", unlink("a"));
    show("b");
    answer("symlink", symlink("b", "s"));
    answer("symlink to nothing", symlink("", "t"));
    show("s");
    char target[16] = "";
    answer("readlink", readlink("s", target, sizeof target));
    printf("leads to %s\n", target);
    int fd = open("s", O_WRONLY);
    answer("write through it", write(fd, "by a link", 9));
    close(fd);
    show("b");
    answer("open it alone", open("s", O_RDONLY | O_NOFOLLOW));
    answer("a link that leads nowhere", symlink("made", "dangling"));
    fd = open("dangling", O_CREAT | O_WRONLY, 0600);
    answer("made through it", fd >= 0 ? 0 : -1);
    close(fd);
    list(".");
    answer("unlink links", unlink("s") | unlink("dangling") | unlink("made"));
    answer("rename", rename("b", "c"));
    answer("rename what is not there", rename("b", "c"));
    list(".");
}

static void directories(void) {
    answer("mkdir", mkdir("d", 0777));
    answer("mkdir again", mkdir("d", 0777));
    answer("mkdir with a slash", mkdir("d/e/", 0700));
    answer("mkdir in a file", mkdir("c/d", 0700));
    show("d");
    answer("rmdir of one that has something", rmdir("d"));
    answer("rmdir of a file", rmdir("c"));
    answer("rmdir .", rmdir("d/."));
    answer("rmdir ..", rmdir("d/e/.."));
    answer("unlink a directory", unlink("d"));
    answer("rename a directory into itself", rename("d", "d/e/f"));
    answer("rename a file over a directory", rename("c", "d"));
    answer("rename a directory over a file", rename("d", "c"));
    answer("rename a directory over a full one", rename("d/e", "d"));
    answer("move a directory", rename("d/e", "e"));
    show("d");
    answer("and one over an empty one", rename("e", "d"));
    list(".");
    answer("go there", chdir("d"));
    answer("take it away", rmdir("../d"));
    answer("make a file in it", open("f", O_CREAT | O_RDWR, 0600));
    answer("where", getcwd((char[64]){0}, 64) ? 0 : -1);
    answer("back", chdir(".."));
    list(".");
}

static void nameless(void) {
    int fd = open("gone", O_CREAT | O_RDWR, 0600);
    write(fd, "still here", 10);
    answer("unlink an open file", unlink("gone"));
    if (fork() == 0) {
        char buffer[16] = "";
        lseek(fd, 0, SEEK_SET);
        answer("the child reads", read(fd, buffer, sizeof buffer));
        printf("it says: %s\n", buffer);
        write(fd, ", and more", 10);
        _exit(0);
    }
    wait(NULL);
    struct stat s;
    fstat(fd, &s);
    printf("the parent sees %ld bytes, %u links\n", (long)s.st_size, (unsigned)s.st_nlink);
    close(fd);
}

static void strangers(void) {
    chmod("c", 0640);
    show("c");
    mkdir("open", 0777);
    chmod("open", 0777);
    mkdir("sticky", 0777);
    chmod("sticky", 01777);
    close(open("open/roots", O_CREAT | O_WRONLY, 0600));
    close(open("sticky/roots", O_CREAT | O_WRONLY, 0666));
    pid_t child = fork();
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0) fail("setuid");
        answer("a stranger opens", open("c", O_RDONLY));
        answer("makes a file", open("x", O_CREAT | O_RDWR, 0600));
        answer("changes a mode", chmod("c", 0777));
        answer("unlinks", unlink("c"));
        answer("unlinks in an open directory", unlink("open/roots"));
        answer("unlinks in a sticky one", unlink("sticky/roots"));
        answer("renames there", rename("sticky/roots", "sticky/mine"));
        close(open("sticky/own", O_CREAT | O_WRONLY, 0600));
        show("sticky/own");
        answer("unlinks its own there", unlink("sticky/own"));
        _exit(7);
    }
    report("a stranger", child);
    answer("root unlinks there", unlink("sticky/roots"));
    answer("all gone", rmdir("sticky") | rmdir("open") | unlink("c"));
}

/* Names that go while they are read: nothing is passed over. */
static void reading(void) {
    mkdir("many", 0700);
    chdir("many");
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "file%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    int removed = 0;
    DIR* d = opendir(".");
    for (struct dirent* e; (e = readdir(d));)
        if (e->d_name[0] == 'f' && unlink(e->d_name) == 0) removed++;
    closedir(d);
    printf("read and removed: %d\n", removed);
    chdir("..");
    answer("an empty directory", rmdir("many"));
}

static char new_stack[65536] __attribute__((aligned(16)));

static int all(void* unused) {
    (void)unused;
    privileged("private mounts", mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    privileged("mount", mount("tmpfs", folder, "tmpfs", 0, NULL));
    if (chdir(folder) != 0) fail("chdir");
    files();
    names();
    directories();
    nameless();
    strangers();
    reading();
    list(".");
    chdir("/");
    answer("umount", umount(folder));
    return 0;
}

int main(void) {
    begin();
    mkdir(folder, 0755);
    pid_t pid = clone(all, new_stack + sizeof new_stack, CLONE_NEWNS | SIGCHLD, NULL);
    privileged("clone(CLONE_NEWNS)", pid);
    int status = 0;
    waitpid(pid, &status, 0);
    answer("the end", rmdir(folder));
    return WEXITSTATUS(status);
}
