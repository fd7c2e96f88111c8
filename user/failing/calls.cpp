// fork, vfork and clone with every flag word, and what becomes of the children.
#include "failing.hpp"
#include "words.hpp"

namespace failing {

namespace {

constexpr std::uint32_t FIRST_TLS_ENTRY = 6; // linux-2.6.33 asm/segment.h, GDT_ENTRY_TLS_MIN
constexpr int STACKS = 4;                    // a thread that has told that it is done still needs its own

Stack stacks[STACKS];
int calls;
UserDesc tls = {FIRST_TLS_ENTRY, 0, 0xfffff,
                USER_DESC_SEG_32BIT | USER_DESC_LIMIT_IN_PAGES | USER_DESC_USEABLE};

UserDesc no_tls = {99, 0, 0xfffff, USER_DESC_SEG_32BIT | USER_DESC_LIMIT_IN_PAGES | USER_DESC_USEABLE};

/// What child and caller say to each other, in pages that nobody has touched: so the kernel needs memory to
/// write there.
struct Words {
    volatile std::int32_t by_parent;
    char rest[PAGE_SIZE - sizeof(std::int32_t)];
    volatile std::int32_t by_child;
    volatile std::int32_t done;
};

/// A word that the kernel was to write holds the number, or nothing if there was no memory.
bool is_missing_or(std::int32_t word, std::int32_t number) { return word == 0 || word == number; }

int child(void* words) {
    auto* w = static_cast<Words*>(words);
    const bool good = is_missing_or(w->by_child, gettid());
    w->done = 1;
    return good ? 0 : 1;
}

/// Waits for a task that shares our memory to say that it is done, and lets it leave.
void await_word(const Words& w) {
    for (int i = 0; i < 1000 && w.done == 0; i++) sleep_ms(1);
    if (w.done == 0) mistake("a child does not run", 0);
    sleep_ms(1);
}

void await_end(int pid, std::uint32_t flags, const Words& w) {
    if ((flags & CLONE_STOPPED) != 0) kill(pid, SIGCONT);
    if ((flags & (CLONE_THREAD | CLONE_PARENT)) == 0) {
        int status = -1;
        if (wait4(pid, &status, WALL) != pid || status != 0) mistake("a child ended with status", status);
    } else if ((flags & CLONE_VM) != 0) {
        await_word(w);
    } // else it is for our parent to reap it
}

void clone_once(std::uint32_t flags) {
    const int address =
        until_it_works("mmap", [] { return mmap_anonymous(2 * PAGE_SIZE, PROT_READ | PROT_WRITE); });
    auto* words = reinterpret_cast<Words*>(address);
    Stack& stack = stacks[calls++ % STACKS];
    const int pid = until_it_works("clone gave up", [&] {
        return clone_on(flags, stack, child, words, const_cast<std::int32_t*>(&words->by_parent), &tls,
                        const_cast<std::int32_t*>(&words->by_child));
    });
    if (failed(pid)) return;
    await_end(pid, flags, *words);
    const std::int32_t expected = (flags & CLONE_PARENT_SETTID) != 0 ? pid : 0;
    if (!is_missing_or(words->by_parent, expected))
        mistake("a wrong number for the parent", words->by_parent);
    munmap(words, 2 * PAGE_SIZE);
}

void await(int pid) {
    int status = -1;
    if (wait4(pid, &status, WALL) != pid || status != 0) mistake("a child ended with status", status);
}

void fork_once() {
    const int pid = until_it_works("fork gave up", [] { return fork(); });
    if (pid == 0) exit(0);
    if (!failed(pid)) await(pid);
}

/// vfork returns twice, so what is counted over the tries lies in memory.
volatile int vfork_tries;

void vfork_once() {
    constexpr int MOST_TRIES = 300;
    vfork_tries = 0;
    int pid;
    do {
        pid = vfork();
        if (pid == 0) exit(0);
        vfork_tries = vfork_tries + 1;
    } while (failed(pid) && vfork_tries < MOST_TRIES);
    if (failed(pid))
        mistake("vfork gave up", pid);
    else
        await(pid);
}

} // namespace

/// Calls that fail by themselves in the end, with nearly everything copied: their TLS is none.
void clone_wrongly(std::uint32_t flags, const void* tls_address, Errno expected) {
    constexpr int MOST_FAILURES = 300;
    int answer = 0;
    for (int i = 0; i < MOST_FAILURES; i++) {
        answer = call(Number::clone, flags | CLONE_SETTLS | SIGCHLD, 0, 0, tls_address, 0);
        if (!failed(answer) || answer == -static_cast<int>(expected)) break;
    }
    if (answer == 0) exit(1);
    if (answer != -static_cast<int>(expected)) mistake("a clone with wrong TLS answers", answer);
}

int all_calls() { return 2 + flag_words.count + 2; }

void make_call(int which) {
    for (int i = 0; i < rounds; i++) {
        if (which == 0)
            fork_once();
        else if (which == 1)
            vfork_once();
        else if (which - 2 < flag_words.count)
            clone_once(flag_words.word[which - 2]);
        else if (which - 2 == flag_words.count)
            clone_wrongly(0, reinterpret_cast<const void*>(0xfffff000U), Errno::EFAULT);
        else
            clone_wrongly(CLONE_FS, &no_tls, Errno::EINVAL);
    }
}

} // namespace failing
