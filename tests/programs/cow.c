/* Copy-on-write seen from three generations: globals, heap and stack stay each process's own. */
#include "common.h"

enum { PAGES = 32, PAGE = 4096 };
static int global = 1;
static char* heap;

static unsigned long sum(void) {
    unsigned long s = 0;
    for (int i = 0; i < PAGES * PAGE; i += 512) s = s * 31 + (unsigned char)heap[i];
    return s;
}

static void paint(int color) {
    for (int i = 0; i < PAGES; i += 2) heap[i * PAGE] = (char)color;
}

int main(void) {
    begin();
    int local = 1;
    heap = malloc(PAGES * PAGE);
    memset(heap, 1, PAGES * PAGE);
    unsigned long before = sum();
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        global = local = 2;
        paint(2);
        unsigned long mine = sum();
        pid_t grandchild = fork();
        if (grandchild == 0) {
            global = local = 3;
            paint(3);
            printf("grandchild: global %d local %d heap %s\n", global, local,
                   sum() != mine ? "its own" : "NOT ITS OWN");
            _exit(3);
        }
        report("grandchild", grandchild);
        printf("child: global %d local %d heap %s\n", global, local, sum() == mine ? "unchanged" : "CHANGED");
        _exit(2);
    }
    report("child", child);
    printf("parent: global %d local %d heap %s\n", global, local, sum() == before ? "unchanged" : "CHANGED");
    return 0;
}
