// Kernel threads in /proc, and in ps: they have no memory, no program and no arguments, ignore all signals,
// and their parent is the idle task, which nobody can name.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr int KTHREADD = 2;
constexpr unsigned PF_KTHREAD = 0x200000; // linux/sched.h

char text[1024];

/// The text of /proc/2/FILE; its length or a negative error number.
int look(const char* file) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", KTHREADD, file);
    const int fd = open(path, O_RDONLY);
    if (failed(fd)) return fd;
    const int size = read(fd, text, sizeof text - 1);
    text[size > 0 ? size : 0] = 0;
    close(fd);
    return size;
}

bool has(const char* words) {
    for (const char* at = text; *at; at++) {
        int n = 0;
        while (words[n] && at[n] == words[n]) n++;
        if (!words[n]) return true;
    }
    return false;
}

/// A number of /proc/2/stat; the second field has no blanks here.
unsigned field(int which) {
    const char* at = text;
    for (int n = 1; n < which && *at; at++)
        if (*at == ' ') n++;
    unsigned value = 0;
    for (; *at >= '0' && *at <= '9'; at++) value = value * 10 + static_cast<unsigned>(*at - '0');
    return value;
}

bool good = true;
void check(const char* what, bool holds) {
    printf("kthreads: %s%s\n", what, holds ? "" : "  FAILED");
    good = good && holds;
}

} // namespace

int main() {
    check("it is called kthreadd", look("comm") == 9 && has("kthreadd\n"));
    check("it has no arguments", look("cmdline") == 0);
    char target[64];
    check("it has no program",
          readlink("/proc/2/exe", target, sizeof target) == -static_cast<int>(Errno::ENOENT));
    check("it stands in the root", readlink("/proc/2/cwd", target, sizeof target) == 1 && target[0] == '/');
    check("it has no memory", look("status") > 0 && !has("VmSize"));
    check("it sleeps, and nobody is its parent", look("stat") > 0 && has("2 (kthreadd) S 0 "));
    check("it has the flag of kernel threads", (field(9) & PF_KTHREAD) != 0);
    check("its memory's size, and its program's addresses are 0",
          field(23) == 0 && field(24) == 0 && field(26) == 0 && field(27) == 0);
    kill(KTHREADD, SIGKILL);
    kill(KTHREADD, SIGSTOP);
    sleep_ms(1);
    check("it ignores SIGKILL and SIGSTOP", look("stat") > 0 && has("2 (kthreadd) S 0 "));
    check("nobody can wait for it", wait4(KTHREADD, nullptr) == -static_cast<int>(Errno::ECHILD));
    const int ps = fork();
    if (ps == 0) {
        const char* const argv[] = {"ps", nullptr};
        exit_group(execve("/bin/ps", argv, argv + 1));
    }
    int status = -1;
    check("ps has run", ps > 0 && wait4(ps, &status) == ps && status == 0);
    return good ? 0 : 1;
}
