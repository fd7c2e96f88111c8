// Measures in ticks (rdtsc; in Bochs one instruction is one tick) what the kernel's budgets speak of, each
// the median of nine runs, and holds it against the budget. Exit status 1 if one is exceeded. Meant for
// check=off.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr int RUNS = 9;
constexpr int EXTRA_PAGES = 64;
constexpr int SLEEPERS = 32;

Stack stack;
alignas(PAGE_SIZE) volatile char extra[EXTRA_PAGES * PAGE_SIZE];
volatile std::int32_t tid_word;

using Measure = std::uint32_t (*)();

std::uint32_t median(Measure measure) {
    std::uint32_t values[RUNS];
    measure(); // the first pays for pages and caches
    for (int i = 0; i < RUNS; i++) {
        const auto value = measure();
        int at = i;
        for (; at > 0 && values[at - 1] > value; at--) values[at] = values[at - 1];
        values[at] = value;
    }
    return values[RUNS / 2];
}

std::uint32_t of_getpid() {
    const auto start = ticks();
    getpid();
    return ticks() - start;
}

std::uint32_t of_fork() {
    const auto start = ticks();
    const int pid = fork();
    if (pid == 0) exit_group(0);
    wait4(pid, nullptr);
    return ticks() - start;
}

std::uint32_t of_vfork() {
    const auto start = ticks();
    const int pid = vfork();
    if (pid == 0) exit_group(0);
    wait4(pid, nullptr);
    return ticks() - start;
}

int nothing(void*) { return 0; }

std::uint32_t of_thread() {
    constexpr std::uint32_t FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                    CLONE_SYSVSEM | CLONE_CHILD_CLEARTID;
    tid_word = 1;
    const auto start = ticks();
    clone_on(FLAGS, stack, nothing, nullptr, nullptr, nullptr, const_cast<std::int32_t*>(&tid_word));
    const auto taken = ticks() - start;
    while (tid_word != 0) futex_wait(&tid_word, 1);
    return taken;
}

int over = 0;

void hold(const char* what, std::uint32_t measured, std::uint32_t budget) {
    if (measured > budget) over++;
    printf("budget: %-34s %7u of %7u%s\n", what, measured, budget, measured > budget ? "   OVER" : "");
}

std::uint32_t difference(std::uint32_t more, std::uint32_t less) { return more > less ? more - less : 0; }

/// Makes the sleepers and sleeps itself: they are not the children of who measures.
[[noreturn]] void nurse_sleepers() {
    for (int i = 0; i < SLEEPERS; i++)
        if (fork() == 0)
            for (;;) sleep_ms(1000000);
    for (;;) sleep_ms(1000000);
}

std::uint32_t with_sleepers() {
    const int nurse = fork();
    if (nurse == 0) {
        setpgid(0, 0);
        nurse_sleepers();
    }
    sleep_ms(50); // until all have fallen asleep
    static Sysinfo info;
    if (sysinfo(info) != 0 || info.procs < SLEEPERS)
        printf("budget: FAILED: only %d tasks\n", info.procs), over++;
    const auto taken = median(of_fork);
    kill(-nurse, SIGKILL);
    wait4(nurse, nullptr);
    return taken;
}

} // namespace

int main() {
    hold("getpid", median(of_getpid), 100);
    const auto fork_ticks = median(of_fork);
    hold("fork + exit + wait4", fork_ticks, 11000);
    hold("vfork + exit + wait4", median(of_vfork), 6000);
    hold("thread-like clone until it returns", median(of_thread), 3000);
    constexpr std::uint32_t NOISE = 100; // ticks: hash chains, the run queue's order
    hold("fork among 32 sleepers: more by", difference(with_sleepers(), fork_ticks), NOISE);
    for (int i = 0; i < EXTRA_PAGES; i++) extra[i * static_cast<int>(PAGE_SIZE)] = 1;
    hold("each further touched page in fork", difference(median(of_fork), fork_ticks) / EXTRA_PAGES, 40);
    printf("budget: %s\n", over == 0 ? "all kept" : "FAILED: exceeded");
    return over == 0 ? 0 : 1;
}
