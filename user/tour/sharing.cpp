// Scenes: a thread, files shared and copied, the words that hold a child's tid.
#include "scene.hpp"

namespace tour {
namespace {

constexpr std::uint32_t THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                       CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

Stack stack;
volatile int counter;
volatile int thread_pid, thread_tid;

int add_41(void*) {
    thread_pid = getpid();
    thread_tid = gettid();
    counter = counter + 41;
    return 0;
}

int close_descriptor(void* fd) { return close(*static_cast<int*>(fd)) == 0 ? 0 : 1; }

} // namespace

void thread() {
    scene("clone with VM, SIGHAND, THREAD: a thread");
    counter = 1;
    static volatile std::int32_t tid_word;
    tid_word = -1;
    auto* word = const_cast<std::int32_t*>(&tid_word);
    const int tid = clone_on(THREAD_FLAGS, stack, add_41, nullptr, word, nullptr, word);
    if (!check(tid > 0, "clone() made a thread")) return;
    for (int seen; (seen = tid_word) != 0;) futex_wait(&tid_word, seen);
    if (check(thread_pid == getpid() && thread_tid == tid && tid != getpid(), "one pid, two tids"))
        tell("thread", "getpid() is the same, gettid() its own; adds 41 to a shared 1");
    if (check(counter == 42, "the parent sees what the thread wrote"))
        tell("parent", "joins by futex on the word that CHILD_CLEARTID zeroes; reads %d", counter);
    if (check(wait4(tid, nullptr, WALL) == -static_cast<int>(Errno::ECHILD), "a thread is nobody's child"))
        tell("parent", "cannot wait4() for it: a thread is not a child (ECHILD)");
}

void files_and_offsets() {
    scene("FILES: whose descriptors, and whose place in the file");
    char c = 0;
    int fd = open(own_path, O_RDONLY);
    if (!check(fd >= 0, "the tour could open its own file")) return;

    join(spawn(0, [&] {
        check(read(fd, &c, 1) == 1 && c == 0x7f, "the child reads the first byte");
        check(close(fd) == 0, "the child closes its descriptor");
    }));
    if (check(read(fd, &c, 1) == 1 && c == 'E', "the parent reads the second byte"))
        tell("fork", "child read byte 1 and closed; parent reads on, at byte 2:");
    tell("", "the open file is shared, the table of descriptors is a copy");

    const int pid = clone_on(CLONE_VM | CLONE_FILES | SIGCHLD, stack, close_descriptor, &fd);
    join(pid);
    if (check(read(fd, &c, 1) == -static_cast<int>(Errno::EBADF), "the descriptor is closed for both"))
        tell("FILES", "child closed it; parent gets EBADF: the table is one");
}

void tid_words() {
    scene("PARENT_SETTID, CHILD_SETTID: a tid written before anyone can ask");
    static volatile std::int32_t parent_word, child_word;
    parent_word = 0;
    child_word = 0;
    auto* p = const_cast<std::int32_t*>(&parent_word);
    auto* c = const_cast<std::int32_t*>(&child_word);
    const int pid = clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, p, nullptr, c);
    if (pid == 0) {
        begin_child();
        if (check(child_word == gettid() && parent_word == 0, "the child has its word, not the parent's"))
            tell("child", "its word is its tid; the parent's word is 0 in this copy");
        exit_group(verdict());
    }
    join(pid);
    if (check(parent_word == pid && child_word == 0, "the parent has its word, not the child's"))
        tell("parent", "its word is the child's tid; the child's word is 0 in this one");
}

} // namespace tour
