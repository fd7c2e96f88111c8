// Dies by SIGSEGV: writes to address 0.
#include "user/lib/lib.hpp"

int main() {
    user::printf("fault: writing to address 0\n");
    volatile int* nowhere = nullptr;
    asm volatile("" : "+r"(nowhere)); // the compiler need not know
    *nowhere = 1;
    user::printf("fault: still here\n");
    return 1;
}
