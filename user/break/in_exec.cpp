// The witness of fs-in-exec: two threads; the first is in exec, which sleeps while it reads the file; the
// second clones.
#include "witness.hpp"

namespace breach {
namespace {

Stack stack;
volatile bool exec_begins;
Pipe answers;

int clone_in_the_window(void*) {
    static Stack child_stack;
    constexpr int TURNS = 3;
    while (!exec_begins) sched_yield();
    for (int i = 0; i < TURNS; i++)
        sched_yield(); // until the first thread sleeps in exec, which runs when we yield
    const int answer = clone_on(CLONE_FS | SIGCHLD, child_stack, nothing);
    write(answers.in, &answer, sizeof answer);
    return 0;
}

[[noreturn]] void exec_beside_a_thread() {
    close(answers.out);
    clone_on(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, stack, clone_in_the_window);
    const char* const argv[] = {own_path, NOTHING, nullptr};
    const char* const envp[] = {nullptr};
    exec_begins = true;
    execve(own_path, argv, envp);
    exit_group(OTHER_ANSWER);
}

} // namespace

Outcome fs_in_exec(RuleId rule) {
    pipe(answers);
    printf("    clone(VM | FS | FILES | SIGHAND | THREAD); the first thread begins execve(); the second:\n");
    announce(CLONE_FS | SIGCHLD);
    const int pid = fork();
    if (pid == 0) exec_beside_a_thread();
    close(answers.in);
    int answer = 0;
    const bool heard = read(answers.out, &answer, sizeof answer) == sizeof answer;
    const auto of_exec = outcome_of(pid);
    if (!heard) printf("    the exec was over before the second thread had its answer\n");
    if (!heard || of_exec != REFUSED) return OTHER_ANSWER;
    return judge(rule, answer);
}

} // namespace breach
