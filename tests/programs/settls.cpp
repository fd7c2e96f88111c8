// CLONE_SETTLS with a descriptor in a page that nobody has touched: a call that fails after reading it leaves
// no more behind than any other.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

struct UserDesc {
    unsigned entry_number = 0, base = 0, limit = 0, bits = 0;
};
constexpr int DESCRIPTORS = 3 * 4096 / sizeof(UserDesc), IN_THE_MIDDLE = DESCRIPTORS / 2;

// From the file, three pages long: what is in the middle comes into memory when somebody reads it.
struct Pages {
    UserDesc of[DESCRIPTORS];
    constexpr Pages() : of() {
        of[0].limit = of[DESCRIPTORS - 1].limit = 1;
        of[IN_THE_MIDDLE] = {6, 0x1000, 0xfffff, 0x51};
    }
};
constinit Pages pages;

/// A child that exits with 5; esi is passed, which no function of the library does.
int clone_with_tls(const UserDesc* description) {
    int result;
    asm volatile("int $0x80\n\ttest %%eax, %%eax\n\tjnz 1f\n\tmov $1, %%eax\n\tmov $5, %%ebx\n\tint $0x80\n1:"
                 : "=a"(result)
                 : "a"(120), "b"(CLONE_SETTLS | SIGCHLD), "c"(0), "d"(0), "S"(description), "D"(0)
                 : "memory", "cc");
    return result;
}

} // namespace

int main() {
    const int failed = clone_with_tls(&pages.of[IN_THE_MIDDLE]);
    const int pid = clone_with_tls(&pages.of[IN_THE_MIDDLE]);
    int status = 0;
    wait4(pid, &status);
    printf("settls: %d, then %s that exits with %d\n", failed, pid > 0 ? "a child" : "none",
           exit_code(status));
    return 0;
}
