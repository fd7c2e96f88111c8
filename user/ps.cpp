// ps: the processes that /proc shows, a line each. What is in brackets has no memory and no program: it is
// the kernel's own. usage: ps
#include "lib/lib.hpp"

using namespace user;

namespace {

constexpr std::size_t MOST = 1024;

/// linux/dirent.h struct linux_dirent64
struct Entry {
    std::uint64_t ino, offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[];
};

/// The beginning of /proc/PID/FILE as a text; its length, or a negative error number.
int read_proc(int pid, const char* file, char (&to)[MOST]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    const int fd = open(path, O_RDONLY);
    if (failed(fd)) return fd;
    const int size = read(fd, to, MOST - 1);
    close(fd);
    to[size > 0 ? size : 0] = 0;
    return size;
}

/// The word after `words` more blanks behind the name, which itself may have some.
const char* field_after_name(const char* stat, int words) {
    const char* at = stat;
    for (const char* c = stat; *c; c++)
        if (*c == ')') at = c;
    for (int n = 0; n <= words && *at; at++)
        if (*at == ' ') n++;
    return at;
}

int word_length(const char* text) {
    int n = 0;
    while (text[n] && text[n] != ' ') n++;
    return n;
}

/// Arguments with blanks between them; who has none is told by his name.
void print_command(int pid, char (&stat)[MOST]) {
    static char command[MOST];
    int size = read_proc(pid, "cmdline", command);
    if (size > 0) {
        while (size > 0 && command[size - 1] == 0) size--;
        for (int i = 0; i < size; i++)
            if (command[i] == 0) command[i] = ' ';
        return printf("%.*s\n", size, command);
    }
    const char* begin = stat;
    while (*begin && *begin++ != '(') {
    }
    const char* end = begin;
    for (const char* c = begin; *c; c++)
        if (*c == ')') end = c;
    printf("[%.*s]\n", static_cast<int>(end - begin), begin);
}

void print_process(int pid) {
    static char stat[MOST];
    if (read_proc(pid, "stat", stat) <= 0) return; // it has gone meanwhile
    const char *state = field_after_name(stat, 0), *parent = field_after_name(stat, 1);
    printf("%5d %5.*s %.*s    ", pid, word_length(parent), parent, word_length(state), state);
    print_command(pid, stat);
}

} // namespace

int main() {
    const int proc = open("/proc", O_RDONLY);
    if (failed(proc)) {
        fprintf(2, "ps: /proc: %s\n", answer_text(proc).c_str());
        return 1;
    }
    printf("  PID  PPID STAT COMMAND\n");
    alignas(8) static char buffer[MOST];
    for (int size; (size = getdents64(proc, buffer, sizeof buffer)) > 0;)
        for (int at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
            if (const int pid = parse_number(entry->name); pid > 0) print_process(pid);
            at += entry->length;
        }
    close(proc);
    return 0;
}
