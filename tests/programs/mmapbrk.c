/* The address space: break, anonymous mappings, protection, and what happens to who oversteps. */
#include "common.h"

enum { PAGE = 4096 };

static void in_child(const char* what, volatile char* at, int write) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        if (write)
            *at = 1;
        else
            (void)*at;
        _exit(0);
    }
    report(what, pid);
}

int main(void) {
    begin();
    char* old = sbrk(0);
    char* grown = sbrk(5 * PAGE);
    memset(grown, 7, 5 * PAGE);
    printf("break: grows where it was: %s, by %d\n", grown == old ? "yes" : "NO",
           (int)((char*)sbrk(0) - old));
    sbrk(-5 * PAGE);
    printf("break: shrinks: %s\n", sbrk(0) == (void*)old ? "yes" : "NO");

    char* p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) fail("mmap");
    int zero = 1;
    for (int i = 0; i < 4 * PAGE; i++) zero &= p[i] == 0;
    printf("mmap: zeros: %s\n", zero ? "yes" : "NO");
    memset(p, 5, 4 * PAGE);
    in_child("write to a mapping", p, 1);
    printf("the child's write is not seen: %s\n", *p == 5 ? "yes" : "NO");

    if (mprotect(p + PAGE, PAGE, PROT_READ) != 0) fail("mprotect");
    in_child("read of a read-only page", p + PAGE, 0);
    in_child("write to a read-only page", p + PAGE, 1);
    in_child("write to the page before", p, 1);
    in_child("write to the page after", p + 2 * PAGE, 1);
    if (mprotect(p + PAGE, PAGE, PROT_NONE) != 0) fail("mprotect");
    in_child("read of a page without access", p + PAGE, 0);
    if (mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE) != 0) fail("mprotect");
    in_child("write after access came back", p + PAGE, 1);
    printf("what was there: %d\n", p[PAGE]);

    if (munmap(p + PAGE, PAGE) != 0) fail("munmap");
    in_child("read of an unmapped page", p + PAGE, 0);
    in_child("write to its neighbour", p + 2 * PAGE, 1);
    in_child("read of address 16", (char*)16, 0);
    in_child("write to the program's text", (char*)(void*)main, 1);
    in_child("read of the kernel", (char*)0xfffff000u, 0);

    char* big = malloc(3 << 20);
    for (int i = 0; i < 3 << 20; i += PAGE) big[i] = (char)(i >> 12);
    int good = 1;
    for (int i = 0; i < 3 << 20; i += PAGE) good &= big[i] == (char)(i >> 12);
    free(big);
    printf("3 MB of malloc: %s\n", good ? "kept" : "LOST");
    return 0;
}
