// Random process calls: every task makes, stops, kills, waits for, shares and replaces others, by a generator
// whose seed is the first argument, so that a run can be repeated. What it finds, the kernel's checker names.
// Boot with a small max_threads=; some of it kills its own parents, so the exit status says nothing.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

using u32 = std::uint32_t;

constexpr int OPERATIONS = 40; ///< of each task
constexpr int DEPTH = 6;
constexpr std::size_t STACK_BYTES = 4 * PAGE_SIZE;

// Calls that the library has no wrapper for.
constexpr auto setpriority = static_cast<Number>(97);
constexpr auto prctl_like_setresuid = static_cast<Number>(208);
constexpr auto tkill = static_cast<Number>(238);
constexpr auto sigprocmask = static_cast<Number>(175);

char self[64];
alignas(PAGE_SIZE) volatile char pages[8 * PAGE_SIZE];

class Random {
  public:
    explicit Random(u32 seed) : state_(seed ? seed : 1) {}
    u32 next() { // xorshift32 (Marsaglia 2003)
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_;
    }
    u32 below(u32 n) { return (next() >> 8) % n; }

  private:
    u32 state_;
};

struct Birth {
    u32 seed;
    int depth;
};

void live(Random& random, int depth);

int born(void* argument) {
    const Birth birth = *static_cast<Birth*>(argument);
    Random random(birth.seed);
    live(random, birth.depth);
    return static_cast<int>(birth.seed & 63);
}

u32 random_flags(Random& random) {
    u32 flags = random.next() & random.next() & ~static_cast<u32>(CSIGNAL);
    flags &=
        ~static_cast<u32>(CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID);
    if (random.below(3) == 0) flags |= CLONE_VM | CLONE_SIGHAND;
    if (random.below(3) == 0) flags &= ~static_cast<u32>(CLONE_NEWUSER | CLONE_NEWPID | CLONE_THREAD);
    if (random.below(4) == 0) flags |= CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    if (random.below(4) != 0) flags &= ~static_cast<u32>(CLONE_STOPPED | CLONE_VFORK);
    const u32 signals[] = {SIGCHLD, SIGCHLD, SIGCHLD, 0, SIGWINCH, SIGCONT, 99};
    return flags | signals[random.below(7)];
}

void make_child(Random& random, int depth) {
    if (depth >= DEPTH) return;
    const int memory = mmap_anonymous(STACK_BYTES, PROT_READ | PROT_WRITE);
    if (memory < 0 && memory > -4096) return;
    auto* base = reinterpret_cast<char*>(memory);
    auto* birth = reinterpret_cast<Birth*>(base);
    *birth = {random.next(), depth + 1};
    const u32 flags = random_flags(random);
    std::int32_t* word = reinterpret_cast<std::int32_t*>(base + 64);
    const u32 words = random.next() & (CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID);
    user_clone_on(flags | words, base + STACK_BYTES, born, birth, word, nullptr, word + 1);
}

void become_another(Random& random, int depth) {
    char seed[16], level[16];
    snprintf(seed, sizeof seed, "%u", random.next());
    snprintf(level, sizeof level, "%d", depth + 1);
    const char* argv[] = {self, seed, level, nullptr};
    const char* envp[] = {nullptr};
    call(Number::execve, self, argv, envp);
}

constexpr int FIRST = 3; ///< behind init and kthreadd: the one that makes the others lives on

int somebody(Random& random) {
    const int me = gettid();
    const int near = me + static_cast<int>(random.below(9)) - 3;
    return near > FIRST ? near : me;
}

void one_operation(Random& random, int depth) {
    const int signals[] = {SIGSTOP, SIGCONT, SIGCONT, SIGCONT, SIGKILL, SIGTERM, SIGUSR1, SIGCHLD};
    switch (random.below(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5: return make_child(random, depth);
    case 6: {
        const int pid = fork();
        if (pid == 0) {
            Random own(random.next());
            live(own, depth + 1);
            exit_group(3);
        }
        return;
    }
    case 7:
        if (depth < DEPTH) become_another(random, depth);
        return;
    case 8:
    case 9:
    case 10: {
        int status;
        const u32 options[] = {1, 1U | WALL, 1U | 2U | 8U, 1U | WCLONE, WALL | 2U};
        call(Number::wait4, random.below(3) ? -1 : somebody(random), &status, options[random.below(4)], 0);
        return;
    }
    case 11:
    case 12: call(Number::kill, somebody(random), signals[random.below(8)]); return;
    case 13: call(tkill, somebody(random), signals[random.below(4)]); return;
    case 14: call(Number::setpgid, 0, random.below(2) ? 0 : somebody(random)); return;
    case 15: call(Number::setsid); return;
    case 16: pages[random.below(8) * PAGE_SIZE] = 1; return;
    case 17: {
        const SchedParam param{random.below(2) ? 0 : 5};
        call(Number::sched_setscheduler, 0,
             (param.priority ? SCHED_FIFO : SCHED_OTHER) | (random.below(2) ? SCHED_RESET_ON_FORK : 0),
             &param);
        call(setpriority, 0, 0, static_cast<int>(random.below(20)) - 5);
        return;
    }
    case 18: {
        Pipe p;
        if (pipe(p) == 0 && random.below(2)) close(p.out), close(p.in);
        return;
    }
    case 19: {
        const Timespec t{0, static_cast<int>(random.below(20) * 1000000)};
        call(Number::nanosleep, &t, 0);
        return;
    }
    case 20:
        if (random.below(4) == 0) call(prctl_like_setresuid, random.below(3) * 500, ~0U, ~0U);
        return;
    case 21: {
        const std::uint64_t set = random.next() & 0xffffff;
        call(sigprocmask, random.below(3), &set, 0, 8);
        return;
    }
    }
}

void live(Random& random, int depth) {
    for (int i = 0; i < OPERATIONS; i++) one_operation(random, depth);
}

u32 number(const char* text) {
    u32 n = 0;
    while (*text >= '0' && *text <= '9') n = n * 10 + static_cast<u32>(*text++ - '0');
    return n;
}

} // namespace

int main(int argc, char** argv) {
    snprintf(self, sizeof self, "%s", argv[0]);
    const u32 seed = argc > 1 ? number(argv[1]) : 1;
    const int depth = argc > 2 ? static_cast<int>(number(argv[2])) : 0;
    Random random(seed * 2654435761U + 12345);
    if (depth > 0) {
        live(random, depth);
        return static_cast<int>(seed & 63);
    }
    // The first one only makes others and lasts until they have had their time.
    for (int round = 0; round < 12; round++) {
        const int pid = fork();
        if (pid == 0) {
            call(Number::setsid);
            Random own(random.next());
            live(own, 1);
            exit_group(0);
        }
        sleep_ms(40);
        int status;
        while (call(Number::wait4, -1, &status, 1U | WALL, 0) > 0) {
        }
    }
    printf("fuzz: seed %u is over\n", seed);
    return 0;
}
