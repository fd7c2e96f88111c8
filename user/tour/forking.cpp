// Scenes: fork, copy-on-write, vfork.
#include "scene.hpp"

namespace tour {
namespace {

constexpr int PAGES = 64, WRITTEN = 16;
constexpr int INTS = PAGE_SIZE / sizeof(int);
alignas(PAGE_SIZE) volatile int page[PAGES * INTS];

/// How many page frames a child's first writes to WRITTEN of PAGES pages take. Only where nobody else takes
/// any.
void count_copies() {
    for (int i = 0; i < PAGES; i++) page[i * INTS] = 1;
    join(spawn(0, [] {
        Memory before, after;
        if (!before.measure() || !after.measure()) return; // the second brings the child's stack page in
        before.measure();
        for (int i = 0; i < WRITTEN; i++) page[i * INTS] = 2;
        after.measure();
        const auto taken = before.free_pages() - after.free_pages();
        if (check(taken == WRITTEN, "as many pages were copied as were written"))
            tell("child", "of %d pages shared with its parent, writing to %d copied %u", PAGES, WRITTEN,
                 taken);
    }));
}

} // namespace

void fork_returns_twice() {
    scene("fork: one call, two returns");
    constexpr int CODE = 7;
    const int self = getpid();
    const int pid = fork();
    if (pid == 0) {
        begin_child();
        if (check(getppid() == self && getpid() != self, "the child has a pid of its own and its parent's"))
            tell("child", "fork() returned 0; getppid() is the parent's pid");
        exit_group(verdict(CODE));
    }
    join(pid, CODE);
    tell("parent", "fork() returned a pid; wait4() gives the same, and exit code %d", CODE);
}

void copy_on_write() {
    scene("copy-on-write: one address, two pages from the first write on");
    page[0] = 1;
    Gate child_wrote, parent_wrote;
    const int pid = spawn(0, [&] {
        check(page[0] == 1, "the child sees what the parent wrote before the fork");
        page[0] = 2;
        tell("child", "read 1, wrote 2");
        child_wrote.open();
        parent_wrote.pass();
        if (check(page[0] == 2, "the child does not see the parent's write")) tell("child", "still reads 2");
    });
    child_wrote.pass();
    if (check(page[0] == 1, "the parent does not see the child's write"))
        tell("parent", "still reads 1; wrote 3");
    page[0] = 3;
    parent_wrote.open();
    join(pid);
    count_copies();
}

void vfork_order() {
    scene("vfork: the child borrows the memory, the parent waits for it back");
    static volatile int x;
    x = 1;
    int pid = vfork();
    if (pid == 0) {
        x = 42;
        tell("child", "runs first, in the parent's own memory: sets x to 42, exits");
        exit_group(verdict());
    }
    if (check(x == 42, "vfork returned after the child had run"))
        tell("parent", "wakes only now: x is %d", x);
    join(pid);

    constexpr int CODE = 5;
    Gate gate;
    char from[12], to[12];
    snprintf(from, sizeof from, "%d", gate.fd_to_pass());
    snprintf(to, sizeof to, "%d", gate.fd_to_open());
    const char* const argv[] = {own_path, "--read-a-byte", from, to, nullptr};
    pid = vfork();
    if (pid == 0) {
        execve(own_path, argv, own_environment);
        check(false, "the child could execute the tour again");
        exit_group(verdict());
    }
    tell("parent", "the next child execs: the parent wakes while that still runs,");
    gate.open(); // were the parent woken by the exit, the two would wait for each other here
    join(pid, CODE);
    tell("", "sends it a byte, and gets its exit code %d", CODE);
}

int executed_again(int argc, char** argv) {
    constexpr int CODE = 5;
    if (argc == 2 && same(argv[1], "--exit")) return 0;
    if (argc != 4 || !same(argv[1], "--read-a-byte")) {
        fprintf(2, "usage: tour     (it takes no arguments)\n");
        return 2;
    }
    close(parse_number(argv[3])); // so that the pipe ends with the parent, whatever happens to it
    char byte;
    return read(parse_number(argv[2]), &byte, 1) == 1 ? CODE : 1;
}

} // namespace tour
