// failing: makes fork, vfork and clone with every flag word, as a plain process, as one that has nearly all
// that a task can have, and as a thread; and repeats what fails. `make run FAIL=each` and `FAIL=nth` boot it.
// usage: failing each | nth | dressed     exit status: 0 if every call worked at last, and as it should
// `dressed` makes two calls as a process that has nearly all: for CMDLINE=provoke=leaks.
//
// The calls are real ones, and it is the kernel that lets them fail (kernel/check/rehearsal.cpp): so the
// whole way is walked, from ring 3 and back to it, and by callers that have something to copy.
#include "failing/failing.hpp"
#include "failing/words.hpp"

using namespace failing;

namespace {

constexpr std::uint32_t A_THREAD =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
constexpr int POLL_MS = 5;

Stack stack;
volatile std::int32_t thread_done;

void make_all_calls() {
    for (int which = 0; which < all_calls(); which++) make_call(which);
}

int in_thread(void*) {
    asm volatile("fninit; fldpi"); // FPU registers and priority are a thread's own
    ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 5);
    make_all_calls();
    thread_done = 1;
    futex_wake(&thread_done, 1);
    return 0;
}

void dressed() {
    dress();
    make_all_calls();
    undress();
}

void threaded() {
    dress();
    const int thread = until_it_works("no thread", [] { return clone_on(A_THREAD, stack, in_thread); });
    while (!failed(thread) && thread_done == 0) futex_wait(&thread_done, 0);
    undress();
}

/// Reaps whatever ends, until `pid` has. A child that begins stopped under VFORK has nobody else to continue
/// it: its maker sleeps.
int reap_until(int pid) {
    for (;;) {
        int status = 0;
        const int who = wait4(-1, &status, WNOHANG | WALL);
        if (who == pid) return status;
        if (failed(who)) return who;
        if (who != 0) continue;
        kill(-1, SIGCONT);
        sleep_ms(POLL_MS);
    }
}

void reap_the_rest() {
    while (!failed(wait4(-1, nullptr, WALL))) continue;
}

/// Runs it in a process of its own.
template <class F>
void in_a_process(F run) {
    const int pid = until_it_works("no process", [] { return fork(); });
    if (pid == 0) {
        run();
        exit_group(mistakes == 0 ? 0 : 1);
    }
    if (const int status = reap_until(pid); status != 0) mistake("a process ended with status", status);
    reap_the_rest();
}

int call_as(const char* what, void (*caller)()) {
    mistakes = 0;
    in_a_process(caller);
    printf("failing: %s: %s\n", what, mistakes == 0 ? "every call worked at last" : "NOT AS IT SHOULD BE");
    return mistakes;
}

/// The init of a pid namespace, where a task has two numbers, makes the process that makes the calls.
void dressed_in_a_namespace() {
    const int init = until_it_works("no namespace", [] { return clone(CLONE_NEWPID | SIGCHLD); });
    if (init == 0) {
        in_a_process(dressed);
        exit_group(mistakes == 0 ? 0 : 1);
    }
    if (const int status = reap_until(init); status != 0) mistake("an init ended with status", status);
}

/// Each call by a process that has shared nothing with anybody yet.
int call_as_processes() {
    mistakes = 0;
    for (int which = 0; which < all_calls(); which++) in_a_process([which] { make_call(which); });
    printf("failing: plain processes: %s\n",
           mistakes == 0 ? "every call worked at last" : "NOT AS IT SHOULD BE");
    return mistakes;
}

/// A second call, when it has a child already.
int one_call_dressed() {
    dress();
    for (int i = 0; i < 2; i++) {
        const int pid = fork();
        if (pid == 0) exit_group(0);
        if (failed(pid)) return 1;
    }
    reap_the_rest();
    undress();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const char* const mode = argc == 2 ? argv[1] : "";
    if (same(mode, "end")) return 0;
    if (same(mode, "dressed")) return one_call_dressed();
    const bool nth = same(mode, "nth");
    if (!nth && !same(mode, "each")) {
        fprintf(2, "usage: failing each | nth | dressed\n");
        return 2;
    }
    printf("failing: fork, vfork, and clone with %d flag words: of %d flags and the exit signal\n",
           flag_words.count, FLAGS);
    printf("failing: every two of these occur in all ways that are accepted: %d, and %d are refused\n",
           flag_words.pairs, flag_words.impossible);
    if (nth) rounds = ROUNDS_OF_NTH;
    int wrong = call_as_processes();
    wrong += call_as("a process that has nearly all", dressed_in_a_namespace);
    wrong += call_as("a thread of such a one", threaded);
    if (nth) {
        mistakes = 0;
        make_pipes();
        make_execs();
        wrong += mistakes;
        printf("failing: pipe and execve: %s\n", mistakes == 0 ? "worked at last" : "NOT AS IT SHOULD BE");
    }
    return wrong == 0 ? 0 : 1;
}
