// A fork bomb of an unprivileged user under RLIMIT_NPROC: every process forks until EAGAIN. There must be
// exactly as many as the limit says, and then all go home.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr std::uint32_t LIMIT = 24;
constexpr char BORN = 'b', REFUSED = 'r', OTHER_ERROR = 'e';

Pipe reports; // to the counting parent
Pipe release; // its end lets all go

void report(char what) { write(reports.in, &what, 1); }

[[noreturn]] void bomb() {
    report(BORN);
    int answer;
    while (!failed(answer = fork()))
        if (answer == 0) report(BORN);
    report(answer == -static_cast<int>(Errno::EAGAIN) ? REFUSED : OTHER_ERROR);
    close(reports.in);
    char byte;
    read(release.out, &byte, 1);
    while (wait4(-1, nullptr) > 0) {
    }
    exit_group(0);
}

struct Count {
    std::uint32_t born = 0, refused = 0, errors = 0;
    void add(char what) { (what == BORN ? born : what == REFUSED ? refused : errors)++; }
};

} // namespace

int main() {
    pipe(reports);
    pipe(release);
    const int pid = fork();
    if (pid == 0) {
        close(release.in);
        close(reports.out);
        if (failed(setuid(NOBODY)) || failed(setrlimit(RLIMIT_NPROC, {LIMIT, LIMIT}))) exit_group(1);
        bomb();
    }
    close(release.out);
    close(reports.in);
    Count count;
    char what;
    while (count.refused + count.errors < LIMIT && read(reports.out, &what, 1) == 1) count.add(what);
    close(release.in);
    while (read(reports.out, &what, 1) == 1) count.add(what);
    int status = 0;
    wait4(pid, &status);
    printf("forkbomb: limit %u: %u processes, %u of them met EAGAIN, %u another error\n", LIMIT, count.born,
           count.refused, count.errors);
    const bool good = count.born == LIMIT && count.refused == LIMIT && status == 0;
    printf("forkbomb: %s\n", good ? "all have exited" : "FAILED");
    return good ? 0 : 1;
}
