/* Files and descriptors: its own file read, moved in, duplicated, shared over a fork. */
#include "common.h"
#include <fcntl.h>

static const char* error_of(long answer) {
    if (answer >= 0) return "no error";
    switch (errno) {
    case EBADF: return "EBADF";
    case ENOENT: return "ENOENT";
    case EINVAL: return "EINVAL";
    case ESPIPE: return "ESPIPE";
    default: return "another errno";
    }
}

int main(int argc, char** argv) {
    (void)argc;
    begin();
    char text[8] = {0};
    int fd = open(argv[0], O_RDONLY);
    if (fd < 0) fail("open of its own file");
    printf("lowest free descriptor: %d\n", fd);
    if (read(fd, text, 4) != 4) fail("read");
    printf("first bytes: %02x %c%c%c, now at %ld\n", text[0], text[1], text[2], text[3],
           (long)lseek(fd, 0, SEEK_CUR));
    long end = (long)lseek(fd, 0, SEEK_END);
    printf("has an end: %s, read there: %d\n", end > 1000 ? "yes" : "NO", (int)read(fd, text, 4));
    printf("back two: %s\n", (long)lseek(fd, -2, SEEK_END) == end - 2 ? "yes" : "NO");
    printf("then read 4: %d\n", (int)read(fd, text, 4));
    printf("before the beginning: %s\n", error_of((long)lseek(fd, -1, SEEK_SET)));

    int other = dup2(fd, 9);
    lseek(fd, 1, SEEK_SET);
    if (read(other, text, 1) != 1) fail("read of the duplicate");
    printf("dup2 gave %d, which shares the place: '%c' at %ld\n", other, text[0],
           (long)lseek(fd, 0, SEEK_CUR));
    int again = open(argv[0], O_RDONLY);
    printf("opened again: place %ld\n", (long)lseek(again, 0, SEEK_CUR));
    close(again);

    pid_t pid = fork();
    if (pid == 0) {
        if (read(fd, text, 1) != 1) _exit(1);
        close(fd);
        _exit(text[0]);
    }
    report("child read at 2, closed,", pid);
    printf("parent reads on: '%c'\n", read(fd, text, 1) == 1 ? text[0] : '?');
    printf("close: %d\n", close(fd));
    printf("close again: %s\n", error_of(close(fd)));
    printf("the duplicate is open: %s\n", error_of((long)lseek(other, 0, SEEK_CUR)));
    printf("dup2 of a closed one: %s\n", error_of(dup2(fd, 10)));
    printf("no such file: %s\n", error_of(open("/no/such/file", O_RDONLY)));

    int fds[2];
    if (pipe(fds) != 0) fail("pipe");
    printf("lseek on a pipe: %s\n", error_of((long)lseek(fds[0], 0, SEEK_CUR)));
    int out = dup2(1, 20);
    dup2(fds[1], 1);
    printf("into the pipe\n");
    fflush(stdout);
    dup2(out, 1);
    close(fds[1]);
    char line[32] = {0};
    printf("through dup2 and a pipe: %d bytes\n", (int)read(fds[0], line, sizeof line));
    printf("they say: %s", line);
    printf("then the end: %d\n", (int)read(fds[0], line, sizeof line));
    return 0;
}
