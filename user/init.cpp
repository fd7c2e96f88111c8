// init: the first process. It runs one program, adopts and reaps whoever is left without a parent, and when
// its program has ended it ends the rest and switches the machine off with that program's status. usage: init
// [PROGRAM [ARGUMENT...]]     without a program: /bin/tour
#include "lib/lib.hpp"

using namespace user;

namespace {

constexpr int CANNOT_START = 127; // as a shell says it
constexpr int BY_SIGNAL = 128;

const char* const default_program[] = {"/bin/tour", nullptr};

/// One failure of the first fork is survived: FAIL=STEP asks for just that.
bool try_again(int answer) {
    fprintf(2, "init: fork failed (%s); once more\n", answer_text(answer).c_str());
    return true;
}

/// Forks and executes. Returns the pid; 0 if there was no fork, which has been said then.
int start(const char* const* argv, const char* const* envp) {
    const int pid = fork();
    if (failed(pid)) {
        fprintf(2, "init: cannot fork for %s: %s\n", argv[0], answer_text(pid).c_str());
        return 0;
    }
    if (pid != 0) return pid;
    const int error = execve(argv[0], argv, envp);
    fprintf(2, "init: cannot run %s: %s%s\n", argv[0], answer_text(error).c_str(),
            error == -static_cast<int>(Errno::ENOENT) ? " (no such file in the initrd)" : "");
    exit_group(CANNOT_START);
}

/// Reaps children, its own and orphans, until `pid` has ended; with pid 0 until none are left. Children with
/// any exit signal count, or some would stay behind as zombies.
int reap(int pid) {
    for (;;) {
        int status = 0;
        const int who = wait4(-1, &status, WALL);
        if (failed(who)) return BY_SIGNAL; // ECHILD: nobody left to wait for
        if (who == pid) return exited(status) ? exit_code(status) : BY_SIGNAL + term_signal(status);
    }
}

/// What programs may write to, and what tells of them. Without it they see an empty directory of the initrd.
void mount_on(const char* directory, const char* type) {
    const int error = mount(type, directory, type, 0);
    if (failed(error)) fprintf(2, "init: no %s on %s: %s\n", type, directory, answer_text(error).c_str());
}

} // namespace

int main(int argc, char** argv, char** envp) {
    const char* const* program = argc > 1 ? argv + 1 : default_program;
    once_more = try_again;
    if (getpid() == 1) {
        mount_on("/tmp", "tmpfs");
        mount_on("/proc", "proc");
    }
    const int pid = start(program, envp);
    const int status = pid != 0 ? reap(pid) : CANNOT_START;
    if (getpid() != 1)
        return status; // tried out as an ordinary process: the machine is not ours to switch off

    kill(-1, SIGKILL);
    reap(0);
    const int error = power_off(status);
    fprintf(2, "init: cannot switch off: %s\n", answer_text(error).c_str());
    return status;
}
