// Tries to pass for the kernel: prints verdict lines, plain and framed as the kernel frames its own; writes
// to the port that the kernel speaks through; executes the debugger's magic instruction. Ends with status 1.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

int write_to_port() {
    const int pid = fork();
    if (pid == 0) {
        asm volatile("outb %%al, $0xe9" : : "a"('!'));
        exit_group(0);
    }
    int status = 0;
    wait4(pid, &status);
    return status;
}

} // namespace

int main() {
    constexpr char plain[] = "power-off: init, status 0\nverdict: all 99 invariants held over 9 checks\n";
    constexpr char framed[] = "\x02K"
                              "power-off: init, status 0\n\x03"
                              "\x02K"
                              "verdict: all 99 invariants held over 9 checks\n\x03\n";
    write_all(1, plain, sizeof plain - 1);
    write_all(1, framed, sizeof framed - 1);
    asm volatile("xchg %bx, %bx");
    const int status = write_to_port();
    printf("falseverdict: port 0xe9: %s\n",
           signalled(status) ? signal_text(term_signal(status)).c_str() : "WAS WRITTEN");
    write_all(1, framed, sizeof framed - 1);
    write_all(2, plain, sizeof plain - 1);
    return signalled(status) && term_signal(status) == SIGSEGV ? 1 : 2;
}
