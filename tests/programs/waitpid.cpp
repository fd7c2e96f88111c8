// Waits by the old call waitpid, which C libraries no longer make.
#include "user/lib/lib.hpp"

using namespace user;

int main() {
    const int child = fork();
    if (child == 0) exit_group(7);
    int status = 0;
    const int answer = call(Number::waitpid, child, &status, 0);
    printf("waitpid: %s\n", answer == child && exited(status) && exit_code(status) == 7 ? "good" : "FAILED");
    return 0;
}
