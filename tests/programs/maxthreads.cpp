// Root, whom RLIMIT_NPROC does not bind, forks until max_threads refuses; then all are killed and reaped, and
// there is room again. Boot with max_threads=N, a small N, or it takes long.
#include "user/lib/lib.hpp"

using namespace user;

namespace {
constexpr int MANY = 4096; // a machine of 64 MB does not hold so many
constexpr int AGAIN = -static_cast<int>(Errno::EAGAIN);

int children[MANY];
} // namespace

int main() {
    int made = 0, answer = 0;
    while (made < MANY && !failed(answer = fork())) {
        if (answer == 0)
            for (;;) sleep_ms(1000);
        children[made++] = answer;
    }
    printf("maxthreads: %d children, then %s\n", made, answer_text(answer > 0 ? 0 : answer).c_str());
    bool good = answer == AGAIN && made > 0;
    for (int i = 0; i < made; i++) kill(children[i], SIGKILL);
    int reaped = 0, status = 0;
    while (wait4(-1, &status) > 0) {
        reaped++;
        good = good && signalled(status) && term_signal(status) == SIGKILL;
    }
    good = good && reaped == made;
    const int again = fork();
    if (again == 0) exit_group(0);
    good = good && again > 0 && wait4(again, &status) == again && status == 0;
    printf("maxthreads: %d reaped, %s\n", reaped, good ? "and there is room again" : "FAILED");
    return good ? 0 : 1;
}
