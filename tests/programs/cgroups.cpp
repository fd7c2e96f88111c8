// The cgroup file system: directories are groups, `tasks` says who is in one and takes who is to be; with the
// subsystem ns a child that has namespaces of its own gets a group named after its number, of which nothing
// is left if the clone fails. With an argument only that is shown, for a boot with fail=.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr int WRITE_ONLY = 1; // asm-generic/fcntl.h O_WRONLY
constexpr char TOP[] = "/tmp/cgroup";
bool good = true;

void fact(const char* words, bool holds) {
    good = good && holds;
    printf("cgroups: %-62s %s\n", words, holds ? "yes" : "FAILED");
}
bool is(int answer, Errno error) { return answer == -static_cast<int>(error); }

/// A path below the top.
struct Path {
    char text[128];
    explicit Path(const char* group, const char* file = "") {
        snprintf(text, sizeof text, "%s%s%s", TOP, group, file);
    }
    operator const char*() const { return text; }
};
Text number(int n) {
    Text t;
    snprintf(t.text, sizeof t.text, "%d", n);
    return t;
}
/// "/a/17"
Path below(const char* group, int pid) { return Path(group, number(pid).c_str()); }

int attach(const char* group, int pid) {
    const int fd = open(Path(group, "/tasks"), WRITE_ONLY);
    if (fd < 0) return fd;
    const Text digits = number(pid);
    const int answer = write(fd, digits.c_str(), strlen(digits.c_str()));
    close(fd);
    return failed(answer) ? answer : 0;
}

constexpr int INIT = 1, KTHREADD = 2;

/// Whether the file lists exactly these numbers, in this order; 0 for none.
bool holds(const char* group, int first, int second = 0, int third = 0) {
    char expected[40] = "", got[40] = "";
    std::size_t length = 0;
    const int pids[] = {first, second, third};
    for (const int pid : pids)
        if (pid != 0) length += snprintf(expected + length, sizeof expected - length, "%d\n", pid);
    const int fd = open(Path(group, "/tasks"), O_RDONLY);
    int done = 0;
    for (int n; done < 38 && (n = read(fd, got + done, 3)) > 0;) done += n; // in small pieces
    close(fd);
    return same(expected, got);
}
bool exists(const char* path) {
    const int fd = open(path, O_RDONLY);
    close(fd);
    return fd >= 0;
}
/// What /proc/PID/cgroup says.
bool says(int pid, const char* expected) {
    char path[32], got[64] = "";
    snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
    const int fd = open(path, O_RDONLY);
    read(fd, got, sizeof got - 1);
    close(fd);
    return fd >= 0 && same(got, expected);
}
void reap(int pid) {
    int status = 1;
    fact("the child has ended well", wait4(pid, &status, WALL) == pid && status == 0);
}

int mount_with(const char* options) { return mount("none", TOP, "cgroup", 0, options); }

void mounting() {
    fact("an unknown subsystem: ENOENT", is(mount_with("freezer"), Errno::ENOENT));
    fact("no subsystem and no name: EINVAL", is(mount_with("none"), Errno::EINVAL));
    fact("a bad name: EINVAL", is(mount_with("none,name=a b"), Errno::EINVAL));
    fact("mounted", mount_with("ns") == 0);
    fact("mounted there already: EBUSY", is(mount_with("ns"), Errno::EBUSY));
    fact("another hierarchy beside it: EBUSY", is(mount_with("none,name=other"), Errno::EBUSY));
    fact("everybody is in the top group", holds("", INIT, KTHREADD, getpid()));
}

void groups() {
    fact("a group", mkdir(Path("/a"), 0755) == 0 && mkdir(Path("/b"), 0755) == 0);
    fact("it is empty", holds("/a", 0));
    fact("there already: EEXIST", is(mkdir(Path("/a"), 0755), Errno::EEXIST));
    fact("no files but its own", is(open(Path("/a/file"), 0101), Errno::EACCES));
    fact("its own is no directory: ENOTDIR", is(rmdir(Path("/a/tasks")), Errno::ENOTDIR));
    fact("nobody has the number: ESRCH", is(attach("/a", 30000), Errno::ESRCH));
    fact("I go there", attach("/a", 0) == 0 && holds("/a", getpid()) && holds("", INIT, KTHREADD));
    fact("with a task in it, it stays: EBUSY", is(rmdir(Path("/a")), Errno::EBUSY));
    fact("the top stays: EBUSY", is(rmdir(TOP), Errno::EBUSY));
    const int child = fork();
    if (child == 0) {
        const bool mine = holds("/a", getppid(), getpid());
        exit_group(mine && mkdir(Path("/a/c"), 0755) == 0 && attach("/a/c", getpid()) == 0 ? 0 : 1);
    }
    reap(child);
    fact("a child is in its parent's group, may go further down, and is gone",
         holds("/a", getpid()) && holds("/a/c", 0));
    fact("with a group in it, it stays: EBUSY", is(rmdir(Path("/a")), Errno::EBUSY));
    fact("it goes when empty", rmdir(Path("/a/c")) == 0 && !exists(Path("/a/c")));
    fact("with ns bound nobody goes up or across: EPERM",
         is(attach("", 0), Errno::EPERM) && is(attach("/b", 0), Errno::EPERM));
}

/// A child with a uts namespace of its own, which waits until the pipe is closed.
int separate(Pipe& gate, std::uint32_t flags = CLONE_NEWUTS) {
    pipe(gate);
    const int pid = clone(flags | SIGCHLD);
    if (pid != 0) return pid;
    close(gate.in);
    char byte;
    read(gate.out, &byte, 1);
    exit_group(0);
}
void let_go(Pipe& gate, int pid) {
    close(gate.in);
    close(gate.out);
    if (pid > 0) reap(pid);
}

void of_namespaces() {
    Pipe gate;
    const int pid = separate(gate);
    fact("NEWUTS: a group named after the child", exists(below("/a/", pid)));
    char group[32];
    snprintf(group, sizeof group, "/a/%d", pid);
    fact("the child is in it, its parent is not", holds(group, pid) && holds("/a", getpid()));
    char line[48];
    snprintf(line, sizeof line, "1:ns:%s\n", group);
    fact("/proc/PID/cgroup says so", says(pid, line) && says(getpid(), "1:ns:/a\n"));
    let_go(gate, pid);
    fact("it stays when the child is gone, and can be removed",
         holds(group, 0) && rmdir(below("/a/", pid)) == 0);

    const int next = pid + 1;
    fact("one for the next number", mkdir(below("/a/", next), 0755) == 0);
    fact("NEWIPC then: EEXIST", is(separate(gate, CLONE_NEWIPC), Errno::EEXIST));
    let_go(gate, 0);
    fact("what was there before is", holds("/a", getpid()) && rmdir(below("/a/", next)) == 0);
    const int plain = separate(gate, 0);
    fact("without namespaces no group", !exists(below("/a/", plain)) && holds("/a", getpid(), plain));
    let_go(gate, plain);

    // In a pid namespace the name is the number that the caller sees.
    Stack stack;
    const int inner = clone_on(CLONE_NEWPID | SIGCHLD, stack, [](void*) {
        int status = 1;
        const int own = clone(CLONE_NEWUTS | SIGCHLD);
        if (own == 0) exit_group(0);
        return own == 2 && wait4(own, &status) == own && status == 0 ? 0 : 1;
    });
    reap(inner);
    snprintf(group, sizeof group, "/a/%d/", inner);
    fact("groups nest, by the numbers that the callers see", exists(below(group, 2)));
    fact("and go from below", is(rmdir(below("/a/", inner)), Errno::EBUSY) && rmdir(below(group, 2)) == 0 &&
                                  rmdir(below("/a/", inner)) == 0);
}

void without_ns() {
    fact("unmounted with groups in it", umount(TOP) == 0 && !exists(Path("/a")));
    fact("it has been kept: nothing else can be mounted", is(mount_with("none,name=x"), Errno::EBUSY));
    fact("mounted again", mount_with("all") == 0 && holds("/a", getpid()));
}

/// For fail=: the first clone fails, and is made again by us or (signal-check) by the kernel.
int failing() {
    if (failed(mount_with("ns"))) return 1;
    Pipe gate;
    const int first = separate(gate, CLONE_NEWUTS | CLONE_NEWIPC);
    int pid = first;
    if (failed(first)) {
        printf("cgroups: clone = %s\n", answer_text(first).c_str());
        let_go(gate, 0);
        pid = separate(gate, CLONE_NEWUTS | CLONE_NEWIPC);
    }
    fact("the same once more", pid > 0 && exists(below("/", pid)));
    fact("of the first there is no group", !exists(below("/", pid - 1)));
    let_go(gate, pid);
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char**) {
    if (failed(mkdir(TOP, 0755))) return 1;
    if (argc > 1) return failing();
    fact("without a hierarchy /proc/PID/cgroup is empty", says(getpid(), ""));
    fact("a hierarchy without ns", mount_with("none,name=plain") == 0 && mkdir(Path("/x"), 0755) == 0);
    fact("/proc/PID/cgroup: its name, and the top", says(getpid(), "1:name=plain:/\n"));
    fact("down and up again", attach("/x", 0) == 0 && attach("", 0) == 0 && holds("/x", 0));
    Pipe gate;
    const int pid = separate(gate);
    fact("NEWUTS: no group", !exists(below("/", pid)));
    let_go(gate, pid);
    fact("it goes when its groups have gone and it is unmounted", rmdir(Path("/x")) == 0 && umount(TOP) == 0);
    mounting();
    groups();
    of_namespaces();
    without_ns();
    printf("cgroups: %s\n", good ? "all as it should be" : "FAILED");
    return good ? 0 : 1;
}
