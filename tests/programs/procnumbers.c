/* What /proc tells of processes: their family, their age, their times, what was used of privilege, how many
   have been made. On Linux others make processes too: there counts are only not too small. */
#include "common.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define PF_FORKNOEXEC 0x40 /* linux/sched.h */
#define PF_SUPERPRIV  0x100
#define FIELDS        44 /* of linux-2.6.33; later kernels have more behind them */

static int alone; /* nobody but this program makes processes */

static int read_file(const char* path, char* to, int size) {
    int fd = open(path, O_RDONLY), n = 0, got;
    if (fd < 0) return -1;
    while (n < size - 1 && (got = (int)read(fd, to + n, (size_t)(size - 1 - n))) > 0) n += got;
    to[n] = 0;
    close(fd);
    return n;
}

struct stat_line {
    char name[32], state;
    long long field[FIELDS + 1]; /* by their numbers in proc(5) */
    int fields;
};

static void read_stat(pid_t pid, struct stat_line* s) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_file(path, text, sizeof text) <= 0) fail(path);
    char* end = strrchr(text, ')');
    char* begin = strchr(text, '(');
    if (!end || !begin) fail("stat");
    *end = 0;
    snprintf(s->name, sizeof s->name, "%.31s", begin + 1);
    s->field[1] = atoll(text);
    s->state = end[2];
    s->fields = 3;
    for (char* at = strtok(end + 3, " \n"); at && s->fields < FIELDS; at = strtok(NULL, " \n"))
        s->field[++s->fields] = atoll(at);
}

/* The number behind a word at the beginning of a line; of status, stat and such. */
static long long value_of(const char* path, const char* word) {
    char text[8192];
    if (read_file(path, text, sizeof text) <= 0) fail(path);
    for (char* line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, word, strlen(word)) == 0) return atoll(line + strlen(word));
    return -1;
}

static const char* yes(int holds) { return holds ? "yes" : "no  FAILED"; }

/* A child that has stopped where its parent can look at it, and goes on when it is told to. */
static pid_t stopped_child(void) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status)) fail("stop");
    return pid;
}

static void end(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void family(void) {
    struct stat_line me, child;
    read_stat(getpid(), &me);
    pid_t pid = stopped_child();
    read_stat(pid, &child);
    printf("fields: %s\n", yes(me.fields == FIELDS && child.fields == FIELDS));
    printf("the same name: %s\n", yes(strcmp(me.name, child.name) == 0));
    printf("numbers: %s\n", yes(me.field[1] == getpid() && child.field[1] == pid));
    printf("parents: %s\n", yes(me.field[4] == getppid() && child.field[4] == getpid()));
    printf("process group and session: %s\n", yes(child.field[5] == getpgid(0) && me.field[5] == getpgid(0) &&
                                                  child.field[6] == getsid(0) && me.field[6] == getsid(0)));
    printf("states: %c %c\n", me.state, child.state);
    printf("threads: %d %d\n", (int)me.field[20], (int)child.field[20]);
    printf("priority, nice and policy: %d %d %d\n", (int)child.field[18], (int)child.field[19],
           (int)child.field[41]);
    printf("exit signal: %d\n", (int)child.field[38]);
    printf("the same size of memory: %s\n", yes(me.field[23] == child.field[23] && me.field[23] > 4096));
    printf("text and stack: %s\n", yes(me.field[26] == child.field[26] && me.field[27] == child.field[27] &&
                                       me.field[28] == child.field[28] && me.field[26] < me.field[27]));
    kill(pid, SIGCONT);
    waitpid(pid, NULL, 0);
    pid = fork();
    if (pid == 0) {
        if (setsid() < 0) _exit(1);
        read_stat(getpid(), &child);
        _exit(child.field[5] == getpid() && child.field[6] == getpid() ? 0 : 1);
    }
    report("after setsid", pid);
}

static void status_lines(void) {
    char path[64];
    pid_t pid = stopped_child();
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    printf("status: %s\n",
           yes(value_of(path, "Tgid:") == pid && value_of(path, "Pid:") == pid &&
               value_of(path, "PPid:") == getpid() && value_of(path, "Threads:") == 1 &&
               value_of(path, "Uid:") == (int)getuid() && value_of(path, "Gid:") == (int)getgid()));
    end(pid);
}

static void times(void) {
    struct stat_line me, child;
    do read_stat(getpid(), &me); /* a tenth of a second is ten clock ticks */
    while (me.field[14] + me.field[15] < 10);
    pid_t pid = stopped_child();
    read_stat(pid, &child);
    printf("the parent has used time, the child none: %s\n", yes(child.field[14] + child.field[15] < 5));
    printf("nor have its children: %s\n", yes(child.field[16] + child.field[17] == 0));
    printf("the child is younger: %s\n",
           yes(child.field[22] >= me.field[22] + me.field[14] + me.field[15] - 1));
    end(pid);
}

static void flags(void) {
    struct stat_line me, child;
    char unused[16];
    if (sethostname("", 0) == 0 || errno == EPERM) gethostname(unused, sizeof unused);
    if (chroot("/") != 0) fail("chroot"); /* asks for a capability */
    read_stat(getpid(), &me);
    pid_t pid = stopped_child();
    read_stat(pid, &child);
    printf("who has used privilege is marked: %s\n", yes((me.field[9] & PF_SUPERPRIV) != 0));
    printf("its child is not: %s\n", yes((child.field[9] & PF_SUPERPRIV) == 0));
    printf("forked without exec: %s %s\n", (me.field[9] & PF_FORKNOEXEC) ? "yes" : "no",
           (child.field[9] & PF_FORKNOEXEC) ? "yes" : "no");
    end(pid);
}

static int links_of_proc(void) {
    struct stat s;
    if (stat("/proc", &s) != 0) fail("/proc");
    return (int)s.st_nlink;
}

static void counts(void) {
    char text[128];
    int running = 0, all = 0, last = 0, nlink = links_of_proc();
    long long made = value_of("/proc/stat", "processes ");
    pid_t pid[3];
    for (int i = 0; i < 3; i++) pid[i] = stopped_child();
    long long more = value_of("/proc/stat", "processes ") - made;
    printf("processes made: %s\n", yes(alone ? more == 3 : more >= 3));
    printf("links of /proc: %s\n", yes(alone ? links_of_proc() == nlink + 3 : nlink > 2));
    if (read_file("/proc/loadavg", text, sizeof text) <= 0) fail("loadavg");
    printf("loadavg: %s\n", yes(sscanf(text, "%*f %*f %*f %d/%d %d", &running, &all, &last) == 3));
    printf("its last number: %s\n", yes(alone ? last == pid[2] && running == 1 : last > 0));
    printf("running and all: %s\n", yes(running >= 1 && all >= 4 && running <= all));
    for (int i = 0; i < 3; i++) end(pid[i]);
    printf("links of /proc again: %s\n", yes(alone ? links_of_proc() == nlink : nlink > 2));
    printf("procs_running: %s\n", yes(value_of("/proc/stat", "procs_running ") >= 1));
}

static void show_ns(const char* who, const char* kind, pid_t pid) {
    char path[64], mine[64], its[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kind);
    ssize_t n = readlink(path, its, sizeof its - 1);
    if (n < 0) fail(path);
    its[n] = 0;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    n = readlink(path, mine, sizeof mine - 1);
    if (n < 0) fail(path);
    mine[n] = 0;
    printf("%s: %s %s %.*s[\n", who, kind, strcmp(mine, its) == 0 ? "the same" : "another",
           (int)strcspn(its, "["), its);
}

static int sleeper(void* unused) {
    for (;;) pause();
    return unused != NULL;
}

static void namespaces(void) {
    static char stack[16384] __attribute__((aligned(16)));
    static const char* const kinds[] = {"ipc", "mnt", "net", "pid", "user", "uts"};
    pid_t pid = stopped_child();
    for (int i = 0; i < 6; i++) show_ns("a child", kinds[i], pid);
    end(pid);
    pid = clone(sleeper, stack + sizeof stack, CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD, NULL);
    privileged("clone", pid);
    for (int i = 0; i < 6; i++) show_ns("with NEWUTS and NEWIPC", kinds[i], pid);
    end(pid);
}

static void places(void) {
    char path[64], text[64];
    mkdir("/tmp/forkproof-cwd", 0755);
    if (chdir("/tmp/forkproof-cwd") != 0) fail("chdir");
    pid_t pid = stopped_child();
    chdir("/");
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    ssize_t n = readlink(path, text, sizeof text);
    printf("cwd of the child: %.*s\n", (int)n, text);
    n = readlink("/proc/self/cwd", text, sizeof text);
    printf("and of the parent: %.*s\n", (int)n, text);
    n = readlink("/proc/self", text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    printf("self: %s\n", yes(atoi(text) == getpid()));
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int open_stat = open(path, O_RDONLY), size;
    end(pid);
    size = (int)read(open_stat, text, sizeof text);
    printf("reading of who has gone: %s\n", size < 0 ? strerror(errno) : "done");
    printf("opening: %s\n", open(path, O_RDONLY) < 0 ? strerror(errno) : "done");
    close(open_stat);
    rmdir("/tmp/forkproof-cwd");
    int fds[2];
    if (pipe(fds) != 0) fail("pipe");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
    n = readlink(path, text, sizeof text);
    printf("a pipe's end: %.6s\n", n > 6 ? text : "none");
    close(fds[0]);
    close(fds[1]);
    printf("closed: %s\n", readlink(path, text, sizeof text) < 0 ? strerror(errno) : "done");
}

int main(void) {
    begin();
    struct utsname name;
    uname(&name);
    alone = strstr(name.release, "forkproof") != NULL;
    family();
    status_lines();
    times();
    flags();
    counts();
    namespaces();
    places();
    return 0;
}
