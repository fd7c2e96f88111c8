// The tour: what `make run` shows. Short scenes, each a few lines that say what a process sees of fork,
// vfork, clone, exit and wait; each checks what it says. Exit status 0 only if every fact held.
#include "tour/scene.hpp"

using namespace tour;

int main(int argc, char** argv, char** envp) {
    own_path = argv[0];
    own_environment = envp;
    once_more = once_more_if_not_asked_for;
    if (argc > 1) return executed_again(argc, argv);

    static Utsname uts;
    uname(uts);
    printf("Forkproof: how Linux makes processes. This is %s %s, %s.\n", uts.sysname, uts.release,
           uts.machine);
    constexpr void (*scenes[])() = {
        fork_returns_twice,     copy_on_write, vfork_order,        thread,
        files_and_offsets,      tid_words,     hostname_namespace, pid_namespace,
        mount_namespace,        net_namespace, semaphores,         zombies,
        stop_and_continue,      siblings,      reset_on_fork,      process_tree,
        failure_leaves_nothing, refusals,
    };
    for (const auto play : scenes) play();

    if (facts_failed() == 0)
        printf("\ntour: %d scenes, and every fact in them held\n", scenes_begun());
    else
        printf("\ntour: FAILED: %d facts did not hold; they are named above\n", facts_failed());
    return facts_failed() == 0 ? 0 : 1;
}
