/* Children send lines through a pipe; the parent collects them in memory that it allocates. */
#include "common.h"

enum { CHILDREN = 4, LINES = 50 };

static void talk(int fd, int number) {
    for (int i = 0; i < LINES; i++) {
        char line[32];
        int n = snprintf(line, sizeof line, "%d %d\n", number, i * i);
        if (write(fd, line, (size_t)n) != n) _exit(1);
    }
    _exit(number);
}

int main(void) {
    begin();
    long sums[CHILDREN] = {0};
    size_t total = 0;
    for (int child = 0; child < CHILDREN; child++) {
        int fds[2];
        if (pipe(fds) != 0) fail("pipe");
        pid_t pid = fork();
        if (pid < 0) fail("fork");
        if (pid == 0) talk(fds[1], child);
        close(fds[1]);
        size_t size = 16, used = 0;
        char* text = malloc(size);
        for (ssize_t n; (n = read(fds[0], text + used, size - used - 1)) > 0;) {
            used += (size_t)n;
            if (size - used < 8) text = realloc(text, size *= 2);
        }
        text[used] = 0;
        close(fds[0]);
        for (char* p = text; *p != 0; p = strchr(p, '\n') + 1) {
            int who, value;
            if (sscanf(p, "%d %d", &who, &value) == 2 && who == child) sums[child] += value;
        }
        total += used;
        free(text);
        printf("child %d: sum %ld, ", child, sums[child]);
        fflush(stdout);
        report("it", pid);
    }
    printf("%u bytes through pipes\n", (unsigned)total);
    return 0;
}
