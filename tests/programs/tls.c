/* Thread-local storage: a variable of each process, and a segment that CLONE_SETTLS gives to a new task. */
#include "common.h"
#include <asm/ldt.h>

enum { STACK = 16384, ROUNDS = 300000 };
static __thread int counter = 5;
static __thread char text[16] = "of the thread";
static volatile int seen_by_clone;
static int block[4] = {1234, 0, 0, 0};

/* Reads through the segment and exits. Libc's own data are not behind it, so libc is not called, nor returned
 * to. */
static int read_segment(void* unused) {
    (void)unused;
    int value;
    __asm__ volatile("movl %%gs:0, %0" : "=r"(value));
    seen_by_clone = value;
    __asm__ volatile("int $0x80" : : "a"(1 /* exit */), "b"(9));
    return 1;
}

int main(void) {
    begin();
    printf("counter %d, \"%s\"\n", counter, text);
    counter = 6;
    pid_t pid = fork();
    if (pid == 0) {
        counter++;
        errno = 77;
        volatile int spin = 0; /* long enough for the timer to switch */
        for (int i = 0; i < ROUNDS; i++) spin += counter;
        _exit(counter + (errno == 77) + (spin == counter * ROUNDS));
    }
    volatile int spin = 0;
    for (int i = 0; i < ROUNDS; i++) spin += counter;
    report("child: 7 and two", pid);
    printf("parent: counter %d, %s\n", counter, spin == 6 * ROUNDS ? "kept" : "LOST");

    unsigned gs;
    __asm__("movw %%gs, %w0" : "=r"(gs));
    struct user_desc area;
    memset(&area, 0, sizeof area);
    area.entry_number = (gs & 0xffff) >> 3;
    area.base_addr = (unsigned)(unsigned long)block;
    area.limit = 0xfffff;
    area.seg_32bit = 1;
    area.limit_in_pages = 1;
    area.useable = 1;
    char* stack = malloc(STACK);
    pid = clone(read_segment, stack + STACK, CLONE_VM | CLONE_SETTLS | SIGCHLD, NULL, NULL, &area);
    if (pid < 0) fail("clone");
    report("clone with SETTLS", pid);
    printf("it saw %d; the parent's counter is %d\n", seen_by_clone, counter);
    return 0;
}
