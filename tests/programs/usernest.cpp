// User namespaces, each made by the root of the one before, then given back all at once: the last process of
// a chain holds them all. usage: usernest DEPTH
#include "user/lib/lib.hpp"

using namespace user;

namespace {

Pipe chain; // whoever is in the chain holds its end

[[noreturn]] void nest(std::uint32_t depth) {
    for (; depth; depth--) {
        const int child = call(Number::clone, CLONE_NEWUSER | SIGCHLD, 0, nullptr, nullptr, nullptr);
        if (failed(child)) {
            printf("usernest: with %u to go: %s\n", depth, answer_text(child).c_str());
            exit_group(1);
        }
        if (child != 0) exit_group(0);
    }
    exit_group(0);
}

} // namespace

int main(int argc, char** argv) {
    std::uint32_t depth = 0;
    for (const char* p = argc == 2 ? argv[1] : ""; *p; p++)
        depth = depth * 10 + static_cast<std::uint32_t>(*p - '0');
    pipe(chain);
    const int first = fork();
    if (first == 0) {
        close(chain.out);
        nest(depth);
    }
    close(chain.in);
    char byte;
    while (read(chain.out, &byte, 1) > 0) {
    }
    wait4(first, nullptr);
    for (int i = 0; i < 20; i++) call(Number::sched_yield);
    printf("usernest: %u user namespaces have come and gone\n", depth);
    return 0;
}
