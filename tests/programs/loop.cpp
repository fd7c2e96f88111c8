// Runs for ever in ring 3: the run ends at its tick limit.
#include "user/lib/lib.hpp"

int main() {
    user::printf("loop: for ever\n");
    for (;;) asm volatile("");
}
