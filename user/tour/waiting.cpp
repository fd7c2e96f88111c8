// Scenes: zombies, stopping and continuing, a sibling made by clone(PARENT).
#include "scene.hpp"

namespace tour {
namespace {

constexpr int NO_CHILD = -static_cast<int>(Errno::ECHILD);
constexpr int NO_PROCESS = -static_cast<int>(Errno::ESRCH);

void sleep_for_ever() {
    for (;;) sleep_ms(1000);
}

} // namespace

void zombies() {
    scene("wait: a zombie is a process of which only the exit status is left");
    Gate go, gone;
    const int pid = spawn(0, [&] { go.pass(); });
    if (check(wait4(pid, nullptr, WNOHANG) == 0, "WNOHANG says: not yet"))
        tell("parent", "wait4(WNOHANG) is 0: the child lives");
    go.open();
    if (check(gone.closed() && kill(pid, 0) == 0, "a process that is not reaped can still be named"))
        tell("parent", "the child's files are closed, yet kill(pid, 0) finds it: a zombie");
    join(pid);
    if (check(kill(pid, 0) == NO_PROCESS && wait4(pid, nullptr) == NO_CHILD,
              "once reaped, a process is gone"))
        tell("parent", "reaps it: kill() says ESRCH now, and wait4() ECHILD");
}

void stop_and_continue() {
    scene("SIGSTOP, SIGCONT, SIGKILL: what wait4() tells of them");
    int status = 0;
    const int pid = spawn(0, sleep_for_ever);
    kill(pid, SIGSTOP);
    const bool stop =
        check(wait4(pid, &status, WUNTRACED) == pid && stopped(status) && stop_signal(status) == SIGSTOP,
              "WUNTRACED reports the stop");
    kill(pid, SIGCONT);
    const bool go_on = check(wait4(pid, &status, WCONTINUED) == pid && status == CONTINUED_STATUS,
                             "WCONTINUED reports that it goes on");
    kill(pid, SIGKILL);
    if (check(wait4(pid, &status) == pid && signalled(status) && term_signal(status) == SIGKILL,
              "the status names the signal that killed") &&
        stop && go_on)
        tell("parent", "stopped by 19 (WUNTRACED), goes on (WCONTINUED), killed by %d", term_signal(status));
}

void siblings() {
    scene("PARENT: a child for one's own parent");
    Gate said;
    const int self = getpid();
    const int child = spawn(0, [&] {
        const int sibling = clone(CLONE_PARENT | SIGWINCH);
        if (sibling == 0) {
            begin_child();
            if (check(getppid() == self, "the sibling's parent is its maker's parent"))
                tell("sibling", "getppid() is its maker's parent");
            said.open();
            exit_group(verdict());
        }
        check(sibling > 0 && wait4(sibling, nullptr, WALL) == NO_CHILD, "its maker cannot wait for it");
    });
    said.pass();
    join(child);
    int status = -1; // with SIGWINCH as its exit signal only WCLONE would find it
    if (check(wait4(-1, nullptr, WCLONE) == NO_CHILD && wait4(-1, &status) > 0 && status == 0,
              "its exit signal is SIGCHLD, whatever its maker asked for")) {
        tell("parent", "waits for it. Its maker asked that SIGWINCH announce its death:");
        tell("", "it is SIGCHLD (as since Linux 3.3): that was not its to choose");
    }
}

} // namespace tour
