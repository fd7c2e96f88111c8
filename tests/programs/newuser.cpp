// CLONE_NEWUSER as 2.6.33 knows it: uid 0 in a user namespace of one's own, with the capabilities that the
// parent has: they grow at exec, as any root's do. Users are counted per namespace.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr unsigned SOME_GROUP = 7, CAPABILITY_VERSION = 0x20080522; // linux/capability.h, version 3
constexpr unsigned CAP_KILL = 5, CAP_SETGID = 6, CAP_SETUID = 7, CAP_SYS_ADMIN = 21;
bool good = true;

void line(const char* what, bool as_expected) {
    good = good && as_expected;
    printf("newuser: %-58s %s\n", what, as_expected ? "yes" : "NO  FAILED");
}
constexpr int as_answer(Errno e) { return -static_cast<int>(e); }

struct Sets {
    unsigned effective, permitted, inheritable, high[3];
};
Sets mine() {
    unsigned header[2] = {CAPABILITY_VERSION, 0};
    Sets s{};
    call(Number::capget, header, &s);
    return s;
}
bool keep_only(unsigned bits) {
    unsigned header[2] = {CAPABILITY_VERSION, 0};
    const Sets s = {bits, bits, 0, {0, 0, 0}};
    return call(Number::capset, header, &s) == 0;
}
constexpr unsigned bit(unsigned capability) { return 1U << capability; }
constexpr unsigned THREE = bit(CAP_SETGID) | bit(CAP_SETUID) | bit(CAP_SYS_ADMIN); // what NEWUSER asks for

bool ends_well(int pid) {
    int status = 1;
    return pid > 0 && wait4(pid, &status) == pid && status == 0;
}
int groups() { return call(Number::getgroups32, 0, nullptr); }

int in_the_namespace(const char* self) {
    line("uid and gid are 0", getuid() == 0 && call(Number::getgid32) == 0);
    line("it is in no other group", groups() == 0);
    line("the capabilities are its parent's, not more",
         mine().effective == THREE && mine().permitted == THREE);
    const char* const args[] = {self, "after-exec", nullptr};
    const char* const none[] = {nullptr};
    const int answer = execve(self, args, none);
    line("execve", answer == 0);
    return 1;
}

int after_exec() {
    line("after exec uid 0 has all capabilities", (mine().effective & bit(CAP_KILL)) != 0);
    call(Number::setuid32, NOBODY);
    line("nobody of the new namespace has none", mine().permitted == 0);
    const unsigned limit[2] = {1, 1};
    call(Number::setrlimit, RLIMIT_NPROC, limit);
    line("he is counted apart: one task is the limit: EAGAIN", clone(SIGCHLD) == as_answer(Errno::EAGAIN));
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1 && same(argv[1], "after-exec")) return after_exec();
    const unsigned group = SOME_GROUP;
    call(Number::setgroups32, 1, &group);
    line("a supplementary group", groups() == 1);

    int pid = clone(SIGCHLD);
    if (pid == 0) {
        line("without CAP_SETUID: EPERM", keep_only(bit(CAP_SETGID) | bit(CAP_SYS_ADMIN)) &&
                                              clone(CLONE_NEWUSER | SIGCHLD) == as_answer(Errno::EPERM));
        exit_group(good ? 0 : 1);
    }
    line("the child has ended well", ends_well(pid));

    pid = clone(SIGCHLD);
    if (pid == 0) {
        line("three capabilities are kept", keep_only(THREE));
        const int inner = clone(CLONE_NEWUSER | SIGCHLD);
        if (inner == 0) exit_group(in_the_namespace(argv[0]));
        line("all well in the namespace", ends_well(inner));
        line("in mine nothing is new", mine().effective == THREE && groups() == 1);
        exit_group(good ? 0 : 1);
    }
    line("the child has ended well", ends_well(pid));

    pid = clone(SIGCHLD);
    if (pid == 0) { // root's tasks are root's, whoever may be uid 0 elsewhere
        const int nobody_here = clone(SIGCHLD);
        if (nobody_here == 0) {
            call(Number::setuid32, NOBODY);
            sleep_ms(1000000);
        }
        sched_yield();
        const unsigned limit[2] = {1, 1};
        call(Number::setrlimit, RLIMIT_NPROC, limit);
        line("nobody has his one task: setuid to him is EAGAIN",
             call(Number::setuid32, NOBODY) == as_answer(Errno::EAGAIN));
        kill(nobody_here, SIGKILL);
        wait4(nobody_here, nullptr);
        line("when it is gone he may have another", call(Number::setuid32, NOBODY) == 0);
        exit_group(good ? 0 : 1);
    }
    line("the child has ended well", ends_well(pid));
    printf("newuser: %s\n", good ? "all as it should be" : "FAILED");
    return good ? 0 : 1;
}
