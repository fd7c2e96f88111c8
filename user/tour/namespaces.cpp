// Scenes: a hostname of one's own, and a pid namespace with its init.
#include "scene.hpp"

namespace tour {
namespace {

bool hostname_is(const char* name) {
    static Utsname uts;
    return uname(uts) == 0 && same(uts.nodename, name);
}

/// A process whose parent has just left: waits until it is adopted, and says by whom.
void be_an_orphan() {
    constexpr int PATIENCE = 1000;
    int turns = 0;
    while (getppid() != 1 && turns++ < PATIENCE) sleep_ms(1);
    if (check(getppid() == 1, "the orphan was adopted by pid 1"))
        tell("orphan", "its parent has left; getppid() is 1");
}

/// What the first process of the namespace does.
void be_an_init() {
    if (check(getpid() == 1 && getppid() == 0, "pid 1 without a parent"))
        tell("child", "getpid() is 1, getppid() is 0");
    mount("none", "/", "", MS_REC | MS_PRIVATE, nullptr); // for newer kernels, where mounts may be shared
    check(mount("proc", "/proc", "proc", 0, nullptr) == 0, "mount() works");
    if (check(can_be_opened("/proc/1/stat") && !can_be_opened("/proc/2/stat"),
              "proc shows the namespace's own"))
        tell("child", "mounts a proc: it knows process 1 and no other");
    const int middle = spawn(0, [] { spawn(0, be_an_orphan); });
    int pid = 0, status = 0, adopted = 0;
    while ((pid = wait4(-1, &status)) > 0) {
        check(status == 0, "who is reaped has exited well");
        if (pid != middle) adopted++;
    }
    if (check(adopted == 1, "the init reaped an orphan that it had not made"))
        tell("child", "reaps a process that it never made: every orphan here is its own");
    spawn(0, [] {
        for (;;) sleep_ms(1000); // until it is killed, it holds the gate that its grandparent watches
    });
}

} // namespace

void hostname_namespace() {
    scene("NEWUTS: a hostname that the parent does not see");
    static Utsname before;
    check(uname(before) == 0, "uname() answers");
    join(spawn(CLONE_NEWUTS, [] {
        check(sethostname("inside", 6) == 0, "sethostname() works");
        if (check(hostname_is("inside"), "the child's hostname has changed"))
            tell("child", "in a uts namespace of its own, is on host \"inside\"");
    }));
    if (check(hostname_is(before.nodename), "the parent's hostname has not changed"))
        tell("parent", "is where it was");
}

void pid_namespace() {
    scene("NEWPID: a small world with an init of its own");
    Gate straggler_lives;
    join(spawn(CLONE_NEWPID | CLONE_NEWNS, be_an_init));
    if (check(straggler_lives.closed(), "the init's last child is gone"))
        tell("parent", "the init left, so the kernel killed whom it left behind");
}

} // namespace tour
