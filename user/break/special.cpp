// Witnesses of limits, of the privilege that only an exec gives, and of the two effects.
#include "witness.hpp"

namespace breach {
namespace {

Stack stack;
volatile int child_ran;

int note(void*) {
    child_ran = 1;
    return 0;
}

int wait_for_ever(void*) {
    for (;;) sleep_ms(1000);
}

/// In a child: gives up root, and exits with what the witness says.
template <class Witness>
Outcome as_nobody(Witness witness) {
    printf("    fork(); the child, after setuid(nobody):\n");
    const int pid = fork();
    if (pid != 0) return outcome_of(pid);
    if (const int error = setuid(NOBODY); failed(error)) {
        printf("    setuid(nobody) = %s\n", answer_text(error).c_str());
        exit_group(OTHER_ANSWER);
    }
    exit_group(witness());
}

int exec_nothing(void*) {
    const char* const argv[] = {own_path, NOTHING, nullptr};
    const char* const envp[] = {nullptr};
    return execve(own_path, argv, envp);
}

} // namespace

Outcome newuser_caps(RuleId rule) {
    return as_nobody([=] {
        announce(CLONE_NEWUSER | SIGCHLD);
        const int answer = clone_on(CLONE_NEWUSER | SIGCHLD, stack, exec_nothing);
        if (!failed(answer)) outcome_of(answer); // uid 0 there: at its exec it has every capability
        return judge(rule, answer);
    });
}

Outcome nproc(RuleId rule) {
    return as_nobody([=] {
        setrlimit(RLIMIT_NPROC, {1, 1});
        printf("    setrlimit(NPROC, 1), which the child itself uses up\n");
        announce(SIGCHLD);
        return judge(rule, clone_on(SIGCHLD, stack, nothing));
    });
}

Outcome max_threads(RuleId rule) {
    constexpr int MANY = 4096; // a machine of 64 MB does not hold so many
    static int children[MANY];
    printf("    again and again, and none of the children ends:\n");
    announce(SIGCHLD);
    int answer = 0;
    int made = 0;
    while (made < MANY && !failed(answer = clone_on(SIGCHLD, stack, wait_for_ever)))
        children[made++] = answer;
    printf("    %d children were made\n", made);
    const auto outcome = judge(rule, answer);
    for (int i = 0; i < made; i++) kill(children[i], SIGKILL);
    while (wait4(-1, nullptr, WALL) > 0) {
    }
    return outcome;
}

Outcome parent_exit_signal(RuleId) {
    Pipe pid_of_sibling;
    pipe(pid_of_sibling);
    const int maker = fork();
    if (maker == 0) {
        setuid(NOBODY);
        announce(CLONE_PARENT | SIGUSR1);
        const int sibling = clone_on(CLONE_PARENT | SIGUSR1, stack, wait_for_ever);
        write(pid_of_sibling.in, &sibling, sizeof sibling);
        exit_group(REFUSED);
    }
    close(pid_of_sibling.in);
    int sibling = 0;
    if (outcome_of(maker) != REFUSED || read(pid_of_sibling.out, &sibling, sizeof sibling) != sizeof sibling)
        return OTHER_ANSWER;
    if (failed(sibling)) return judge(RuleId::parent_exit_signal, sibling);
    // A wait for WCLONE finds only children that report with another signal than SIGCHLD.
    if (wait4(sibling, nullptr, WCLONE | WNOHANG) != -static_cast<int>(Errno::ECHILD)) {
        printf("    accepted: its maker's parent will get SIGUSR1, and nothing has stopped it\n");
        return ACCEPTED;
    }
    printf("    = a new task, which reports with SIGCHLD, not SIGUSR1, as the rule says\n");
    kill(sibling, SIGKILL);
    wait4(sibling, nullptr);
    return REFUSED;
}

Outcome reset_on_fork(RuleId) {
    constexpr int PRIORITY = 10, TURNS = 3;
    printf("    sched_setscheduler(FIFO | RESET_ON_FORK)\n");
    if (const int error = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, PRIORITY); failed(error)) {
        printf("    = %s\n", answer_text(error).c_str());
        return OTHER_ANSWER;
    }
    announce(CLONE_VM | SIGCHLD);
    if (failed(clone_on(CLONE_VM | SIGCHLD, stack, note))) return OTHER_ANSWER;
    for (int i = 0; i < TURNS; i++) sched_yield(); // only to tasks of the same priority
    if (child_ran != 0) {
        printf("    = a new task with its parent's priority, and nothing has stopped it\n");
        return ACCEPTED;
    }
    printf("    = a new task, which does not run beside its real-time parent, as the rule says\n");
    return REFUSED;
}

} // namespace breach
