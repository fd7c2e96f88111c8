// Exec domains: a task's domain is what its personality means; one whose module is being unloaded lets nobody
// in, so that a fork of a task in it is EAGAIN, and goes when the last task has left.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr unsigned PER_LINUX = 0, PER_SVR4 = 1, ONLY_ASK = ~0U, O_NONBLOCK = 04000;
constexpr const char* MODULE = "abi_svr4";
bool good = true;

void line(const char* what, int answer, int expected) {
    good = good && answer == expected;
    printf("execdomain: %-52s %s%s\n", what, answer < 0 ? answer_text(answer).c_str() : "done",
           answer == expected ? "" : "  FAILED");
}
constexpr int as_answer(Errno e) { return -static_cast<int>(e); }

/// 0 if a child can be made, else the answer.
int try_fork() {
    const int pid = fork();
    if (pid == 0) exit_group(0);
    return pid < 0 ? pid : wait4(pid, nullptr) == pid ? 0 : -1;
}
int unload(unsigned flags) { return call(Number::delete_module, MODULE, flags); }
unsigned personality(unsigned persona) { return static_cast<unsigned>(call(Number::personality, persona)); }

/// A child in SVR4's domain, which leaves it when it is told to: by a byte, or by a closed pipe.
struct InDomain {
    int pid;
    Pipe to_child, from_child;
};
InDomain start_in_domain() {
    InDomain d{};
    pipe(d.to_child);
    pipe(d.from_child);
    d.pid = fork();
    if (d.pid != 0) {
        char ready;
        read(d.from_child.out, &ready, 1);
        return d;
    }
    personality(PER_SVR4);
    write(d.from_child.in, "r", 1);
    char word;
    read(d.to_child.out, &word, 1); // somebody unloads the module meanwhile
    line("fork in a domain that is going", try_fork(), as_answer(Errno::EAGAIN));
    line("a second unloading", unload(0), as_answer(Errno::EBUSY));
    line("vfork there", vfork() == as_answer(Errno::EAGAIN) ? -11 : -1, as_answer(Errno::EAGAIN));
    personality(PER_SVR4); // cannot come back in: Linux's domain it is
    line("fork after asking for it again", try_fork(), 0);
    exit_group(personality(ONLY_ASK) == PER_SVR4 ? 0 : 1);
}

} // namespace

int main() {
    line("root in Linux's domain forks", try_fork(), 0);
    personality(PER_SVR4);
    line("root in SVR4's domain forks", try_fork(), 0);
    line("its module cannot go while it is there (O_NONBLOCK)", unload(O_NONBLOCK), as_answer(Errno::EAGAIN));
    personality(PER_LINUX);
    line("no such module", call(Number::delete_module, "abi_xenix", 0), as_answer(Errno::ENOENT));

    const InDomain d = start_in_domain();
    line("nor while a child is there (O_NONBLOCK)", unload(O_NONBLOCK), as_answer(Errno::EAGAIN));
    const int unloader = fork();
    if (unloader == 0) {
        const int answer = unload(0); // sleeps until the child has left
        line("the module goes when the last task has left", answer, 0);
        exit_group(answer == 0 ? 0 : 1);
    }
    for (int i = 0; i < 3; i++) sched_yield(); // the unloader sleeps now
    write(d.to_child.in, "g", 1);
    int status = 1;
    wait4(d.pid, &status);
    good = good && status == 0;
    wait4(unloader, &status);
    good = good && status == 0;
    personality(PER_SVR4);
    line("without the module SVR4 means Linux's domain: fork", try_fork(), 0);
    line("nothing is left to unload", unload(O_NONBLOCK), as_answer(Errno::ENOENT));
    setuid(NOBODY);
    line("nobody may not unload", unload(O_NONBLOCK), as_answer(Errno::EPERM));
    printf("execdomain: %s\n", good ? "as it should be" : "FAILED");
    return good ? 0 : 1;
}
