// Makes children by clone() with the flags that it is told, and says what each call answered; a call that
// fails is made again. For runs in which a call is made to fail (fail=). usage: retry CHILDREN [FLAG...] e.g.
// retry 1 FS NEWUTS     exit status 0 if all were made at last
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr int TRIES = 3;

Stack stack;
volatile std::int32_t thread_lives;

int nothing(void*) { return 0; }

std::uint32_t flag_named(const char* name) {
    for (const auto& flag : flag_names)
        if (same(name, flag.name)) return flag.bit;
    fprintf(2, "retry: no flag %s\n", name);
    exit_group(2);
}

/// A thread tells by CHILD_CLEARTID that it has ended, a process by wait4.
void await(int pid, std::uint32_t flags) {
    if ((flags & CLONE_THREAD) == 0) {
        wait4(pid, nullptr, WALL);
        return;
    }
    while (thread_lives != 0) futex_wait(&thread_lives, 1);
}

bool make_child(std::uint32_t flags) {
    for (int i = 0; i < TRIES; i++) {
        thread_lives = 1;
        const int answer = clone_on(flags, stack, nothing, nullptr, nullptr, nullptr,
                                    const_cast<std::int32_t*>(&thread_lives));
        printf("retry: clone(%s) = %s\n", flags_text(flags).c_str(),
               failed(answer) ? answer_text(answer).c_str() : "a child");
        if (failed(answer)) continue;
        await(answer, flags);
        return true;
    }
    return false;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argv[1][0] < '1' || argv[1][0] > '9' || argv[1][1] != 0) {
        fprintf(2, "usage: retry CHILDREN [FLAG...]     1 to 9 children\n");
        return 2;
    }
    std::uint32_t flags = 0;
    for (int i = 2; i < argc; i++) flags |= flag_named(argv[i]);
    flags |= (flags & CLONE_THREAD) != 0 ? static_cast<std::uint32_t>(CLONE_CHILD_CLEARTID)
                                         : static_cast<std::uint32_t>(SIGCHLD);
    for (int i = 0; i < argv[1][0] - '0'; i++)
        if (!make_child(flags)) return 1;
    return 0;
}
