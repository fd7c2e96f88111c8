/* Mounts and their namespaces: what is mounted is seen in one's own namespace alone, a copy has all that was
   there, and root and working directory lie in it. What it mounts goes with the namespaces it makes. */
#include "common.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define TOP "/tmp/forkproof-mounts"

/* One for each generation: who runs on a stack must not give it away. */
static char stacks[3][16384] __attribute__((aligned(16)));

static void answer(const char* what, int result) {
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

static void make(const char* path) {
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) fail(path);
    close(fd);
}

static const char* there(const char* path) { return access(path, F_OK) == 0 ? "there" : "not there"; }

/* In a new namespace; waits for it. */
static void in_new_namespace(const char* who, int (*does)(void*), int generation) {
    pid_t pid = clone(does, stacks[generation + 1], CLONE_NEWNS | SIGCHLD, NULL);
    privileged("clone(CLONE_NEWNS)", pid);
    report(who, pid);
}

static void mount_tmpfs(const char* where) { privileged("mount", mount("tmpfs", where, "tmpfs", 0, NULL)); }

static int refusals(void) {
    answer("an unknown type", mount("x", TOP "/a", "nofs", 0, NULL));
    answer("no type", mount("x", TOP "/a", NULL, 0, NULL));
    answer("on nothing", mount("x", TOP "/nothing", "tmpfs", 0, NULL));
    answer("on a file", mount("x", TOP "/file", "tmpfs", 0, NULL));
    answer("a bind of nothing", mount(TOP "/nothing", TOP "/a", NULL, MS_BIND, NULL));
    answer("a bind of a file on a directory", mount(TOP "/file", TOP "/a", NULL, MS_BIND, NULL));
    answer("umount of no mount", umount(TOP "/a"));
    answer("umount with an unknown flag", umount2(TOP "/a", 0x100));
    answer("umount of nothing", umount(TOP "/nothing"));
    return 0;
}

static int unprivileged(void* unused) {
    (void)unused;
    if (setgid(65534) != 0 || setuid(65534) != 0) fail("setuid");
    answer("mount", mount("tmpfs", TOP "/a", "tmpfs", 0, NULL));
    answer("bind", mount(TOP, TOP "/a", NULL, MS_BIND, NULL));
    answer("umount", umount("/"));
    return 0;
}

static int grandchild(void* unused) {
    (void)unused;
    char path[64];
    printf("grandchild: %s, in %s\n", there("hidden"), getcwd(path, sizeof path));
    answer("it cannot umount where it stands", umount(TOP "/a"));
    chdir("/");
    answer("it umounts in its copy", umount(TOP "/a"));
    printf("grandchild: the mounted file is %s, the other %s\n", there(TOP "/a/hidden"),
           there(TOP "/a/below"));
    mount_tmpfs(TOP "/b");
    make(TOP "/b/grandchilds");
    return 3;
}

static void crossing(void) {
    char path[64];
    struct stat above, on;
    stat(TOP, &above);
    stat(TOP "/a", &on);
    printf("another device: %s\n", above.st_dev != on.st_dev ? "yes" : "no");
    chdir(TOP "/a");
    printf("in %s\n", getcwd(path, sizeof path));
    chdir("..");
    printf("in %s\n", getcwd(path, sizeof path));
    answer("rmdir of what is mounted on", rmdir(TOP "/a"));
    answer("rename of it", rename(TOP "/a", TOP "/z"));
    answer("link across", link(TOP "/file", TOP "/a/file"));
    answer("rename across", rename(TOP "/file", TOP "/a/file"));
}

static void binds(void) {
    answer("bind", mount(TOP "/a/sub", TOP "/b", NULL, MS_BIND, NULL));
    make(TOP "/b/by-b");
    printf("seen in both: %s\n", there(TOP "/a/sub/by-b"));
    char path[64];
    chdir(TOP "/b");
    printf("in %s\n", getcwd(path, sizeof path));
    chdir("..");
    printf("in %s\n", getcwd(path, sizeof path));
    answer("umount what a bind is made of", umount(TOP "/a"));
    printf("the bind still has it: %s\n", there(TOP "/b/by-b"));
    answer("umount of the bind", umount(TOP "/b"));
    answer("bind of a file", mount(TOP "/file", TOP "/other", NULL, MS_BIND, NULL));
    answer("umount of it", umount(TOP "/other"));
}

static int child(void* unused) {
    (void)unused;
    /* Some Linux shares all mounts at first. */
    privileged("private mounts", mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    refusals();
    pid_t pid = clone(unprivileged, stacks[2], SIGCHLD, NULL);
    report("unprivileged", pid);
    mount_tmpfs(TOP "/a");
    make(TOP "/a/hidden");
    mkdir(TOP "/a/sub", 0755);
    printf("child: the mounted file is %s, the one below %s\n", there(TOP "/a/hidden"),
           there(TOP "/a/below"));
    crossing();
    int fd = open(TOP "/a/hidden", O_RDONLY);
    chdir("/");
    answer("umount with an open file", umount(TOP "/a"));
    close(fd);
    mount_tmpfs(TOP "/a/sub");
    answer("umount of what is mounted on", umount(TOP "/a"));
    answer("umount of the upper one", umount(TOP "/a/sub"));
    chdir(TOP "/a");
    in_new_namespace("grandchild", grandchild, 1);
    printf("child: the mounted file is %s, the grandchild's %s\n", there(TOP "/a/hidden"),
           there(TOP "/b/grandchilds"));
    chdir("/");
    binds();
    answer("mounted twice",
           mount("tmpfs", TOP "/a", "tmpfs", 0, NULL) | mount("x", TOP "/a", "tmpfs", 0, NULL));
    make(TOP "/a/upper");
    answer("umount the upper", umount(TOP "/a"));
    printf("the upper's file is %s\n", there(TOP "/a/upper"));
    mkdir(TOP "/a/sub", 0755);
    mount_tmpfs(TOP "/a/sub");
    fd = open(TOP "/a/sub/open", O_CREAT | O_RDWR, 0600);
    answer("umount with all that is below", umount2(TOP "/a", MNT_DETACH));
    printf("write to the open file: %d\n", (int)write(fd, "x", 1));
    close(fd);
    answer("read-only", mount("tmpfs", TOP "/a", "tmpfs", MS_RDONLY, NULL));
    answer("write there", open(TOP "/a/x", O_CREAT | O_WRONLY, 0600));
    answer("mkdir there", mkdir(TOP "/a/x", 0700));
    /* It goes with the namespace. */
    return 4;
}

int main(void) {
    begin();
    if (geteuid() != 0) fail("not root");
    mkdir(TOP, 0755);
    mkdir(TOP "/a", 0755);
    mkdir(TOP "/b", 0755);
    make(TOP "/file");
    make(TOP "/other");
    make(TOP "/a/below");
    chdir(TOP "/a");
    in_new_namespace("child", child, 0);
    printf("parent: the file below is %s, the mounted one %s\n", there("below"), there("hidden"));
    printf("and by its path: %s, %s\n", there(TOP "/a/below"), there(TOP "/a/hidden"));
    chdir("/");
    answer("the end", unlink(TOP "/a/below") | unlink(TOP "/file") | unlink(TOP "/other") | rmdir(TOP "/a") |
                          rmdir(TOP "/b") | rmdir(TOP));
    return 0;
}
