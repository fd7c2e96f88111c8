// Children dirty copy-on-write pages and keep them, until memory ends and the writer is killed. The parent
// sees SIGKILL, goes on, and finds all memory back when they are gone. Two rounds, because the first may make
// the kernel's caches grow.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr std::uint32_t PAGES = 1024; // 4 MB: what a child dirties
constexpr int MOST = 256;             // children: enough for 1 GB
constexpr std::uint32_t FEW = 64;     // pages: too few for a fork and the writes that follow at once
constexpr int DEATHS = 3;

char* buffer;
int failures = 0;

void check(bool holds, const char* what) {
    if (holds) return;
    failures++;
    printf("oom: FAILED: not so: %s\n", what);
}

std::uint32_t free_pages() {
    static Sysinfo info;
    check(sysinfo(info) == 0, "sysinfo() answers");
    return info.freeram / (info.mem_unit != 0 ? PAGE_SIZE / info.mem_unit : PAGE_SIZE);
}

void dirty() {
    for (std::uint32_t i = 0; i < PAGES; i++) buffer[i * PAGE_SIZE]++;
}

enum class Fate { filled, killed, not_made };

/// A child that dirties the buffer and then keeps it until `release` ends.
Fate fill_one(const Pipe& release) {
    Pipe done;
    if (free_pages() < FEW || pipe(done) != 0) return Fate::not_made;
    const int pid = fork();
    if (pid == 0) {
        close(release.in);
        close(done.out);
        dirty();
        write(done.in, "", 1);
        close(done.in);
        char byte;
        read(release.out, &byte, 1);
        exit_group(0);
    }
    close(done.in);
    char byte;
    const bool filled = !failed(pid) && read(done.out, &byte, 1) == 1;
    close(done.out);
    if (failed(pid)) return Fate::not_made;
    if (filled) return Fate::filled;
    int status = 0;
    check(wait4(pid, &status) == pid && signalled(status) && term_signal(status) == SIGKILL,
          "a child that did not fill its pages was killed by SIGKILL");
    return Fate::killed;
}

/// Fills memory; returns how many children were killed.
int round() {
    Pipe release;
    check(pipe(release) == 0, "a pipe");
    int filled = 0, killed = 0;
    while (killed < DEATHS && filled < MOST) {
        const Fate fate = fill_one(release);
        if (fate == Fate::not_made) break;
        (fate == Fate::filled ? filled : killed)++;
    }
    printf("oom: %d children hold %d KB each, %d were killed\n", filled,
           static_cast<int>(PAGES * PAGE_SIZE / 1024), killed);
    check(filled > 0 && filled < MOST, "memory ended");
    close(release.out);
    close(release.in);
    int status = 0;
    while (wait4(-1, &status) > 0) check(status == 0, "who was not killed exits well");
    return killed;
}

} // namespace

int main() {
    const int where = mmap_anonymous(PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE);
    check(!failed(where), "mmap2() gives memory");
    if (failures != 0) return 1;
    buffer = reinterpret_cast<char*>(where);
    dirty();
    round();
    const auto before = free_pages();
    const int killed = round();
    const auto after = free_pages();
    check(killed > 0, "somebody was killed");
    check(before == after, "all pages came back");
    if (before != after) printf("oom: %u pages free before, %u after\n", before, after);
    printf("oom: %s\n", failures == 0 ? "all memory is back" : "FAILED");
    return failures == 0 ? 0 : 1;
}
