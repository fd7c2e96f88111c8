// failing: makes fork, vfork and clone with every flag word, as a plain process, as one that has nearly all
// that a task can have, and as a thread; and repeats what fails. `make run FAIL=each` and `FAIL=nth` boot it.
// usage: failing each | nth     exit status: 0 if every call worked at last, and as it should
//
// The calls are real ones, and it is the kernel that lets them fail (kernel/check/rehearsal.cpp): so the whole
// way is walked, from ring 3 and back to it, and by callers that have something to copy.
#include "failing/failing.hpp"
#include "failing/words.hpp"

using namespace failing;

namespace {

constexpr std::uint32_t A_THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
constexpr int POLL_MS = 5;

Stack stack;
volatile std::int32_t thread_done;

int in_thread(void*) {
    asm volatile("fninit; fldpi"); // FPU registers and priority are a thread's own
    ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 5);
    make_all_calls();
    thread_done = 1;
    futex_wake(&thread_done, 1);
    return 0;
}

void plain() { make_all_calls(); }

void dressed() {
    dress();
    make_all_calls();
    undress();
}

void threaded() {
    dress();
    const int thread =
        until_it_works("no thread", [] { return clone_on(A_THREAD, stack, in_thread); });
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

void call_as(const char* what, void (*caller)()) {
    failures = mistakes = 0;
    const int pid = until_it_works("no process", [] { return fork(); });
    if (pid == 0) {
        caller();
        printf("failing: %-9s %4d calls failed and were made again\n", what, failures);
        exit_group(mistakes == 0 ? 0 : 1);
    }
    const int status = reap_until(pid);
    if (status != 0) mistake(what, status);
    reap_the_rest();
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && same(argv[1], "end")) return 0;
    if (argc != 2 || !(same(argv[1], "each") || same(argv[1], "nth"))) {
        fprintf(2, "usage: failing each | nth\n");
        return 2;
    }
    printf("failing: fork, vfork, and clone with %d flag words: of %d flags and the exit signal\n",
           flag_words.count, FLAGS);
    printf("failing: every two occur in all ways that are accepted: %d; %d ways are refused\n",
           flag_words.pairs, flag_words.impossible);
    const bool nth = same(argv[1], "nth");
    if (nth) rounds = ROUNDS_OF_NTH;
    int wrong = 0;
    call_as("a process", plain);
    wrong += mistakes;
    call_as("dressed", dressed);
    wrong += mistakes;
    call_as("a thread", threaded);
    wrong += mistakes;
    mistakes = failures = 0;
    if (nth) {
        make_pipes();
        make_execs();
        printf("failing: pipe, exec %2d calls failed and were made again\n", failures);
    }
    return wrong + mistakes == 0 ? 0 : 1;
}
