// /proc/sys/kernel/threads-max: root lowers the limit, and clone() answers EAGAIN, also to root and before
// anything of the child is made; raised again there is room again. Nobody else may write it.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr char PATH[] = "/proc/sys/kernel/threads-max";
constexpr int O_WRONLY = 1;
constexpr int AGAIN = -static_cast<int>(Errno::EAGAIN);

int read_limit() {
    char text[16];
    const int fd = open(PATH, O_RDONLY), size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0) return -1;
    text[size - 1] = 0; // the line's end
    return parse_number(text);
}

int write_limit(const char* text) {
    const int fd = open(PATH, O_WRONLY);
    if (failed(fd)) return fd;
    const int answer = write(fd, text, strlen(text));
    close(fd);
    return answer;
}

/// A child that ends at once; its fork's answer as a word.
const char* try_fork() {
    const int child = fork();
    if (child == 0) exit_group(0);
    if (child > 0) wait4(child, nullptr);
    return child > 0 ? "a child" : child == AGAIN ? "-EAGAIN" : "another error";
}

bool good = true;
void check(const char* what, bool holds) {
    printf("threadsmax: %s%s\n", what, holds ? "" : "  FAILED");
    good = good && holds;
}

} // namespace

int main() {
    const int limit = read_limit();
    check("there is room for many", limit > 100);
    // init, kthreadd and this are three.
    check("lowered to 3", write_limit("3\n") == 2 && read_limit() == 3);
    check("a third more is one too many", same(try_fork(), "-EAGAIN"));
    check("raised to 4", write_limit(" 4") == 2 && same(try_fork(), "a child"));
    check("with a child there is no room for another", [] {
        Pipe gate;
        pipe(gate);
        const int child = fork();
        if (child == 0) {
            close(gate.in);
            char byte;
            read(gate.out, &byte, 1); // until the parent lets go
            exit_group(0);
        }
        const bool refused = same(try_fork(), "-EAGAIN");
        close(gate.in);
        wait4(child, nullptr);
        return refused && same(try_fork(), "a child");
    }());
    check("what is no number is refused", write_limit("many") == -static_cast<int>(Errno::EINVAL) &&
                                              write_limit("5x") < 0 && read_limit() == 4);
    check("none at all", write_limit("0") == 1 && same(try_fork(), "-EAGAIN"));
    check("room for two", write_limit("5") == 1);
    const int nobody = fork();
    if (nobody == 0) {
        setuid(NOBODY);
        exit_group(write_limit("100") == -static_cast<int>(Errno::EACCES) && same(try_fork(), "a child") ? 0
                                                                                                         : 1);
    }
    int status = -1;
    check("others may not raise it",
          nobody > 0 && wait4(nobody, &status) == nobody && status == 0 && read_limit() == 5);
    return good ? 0 : 1;
}
