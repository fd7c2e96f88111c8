/* Floating-point state belongs to a task: kept while others run, copied by fork, with its control words. */
#include "common.h"

enum { CHILDREN = 3, ROUNDS = 200000 };

static double series(int seed) {
    volatile double keep = seed;
    double x = keep, sum = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        x = x * 1.0000001 + 1.0 / i;
        sum += 1.0 / (x + i);
    }
    keep = sum * x; /* through memory: 64 bits, as what it is compared with */
    return keep;
}

static unsigned short control_word(void) {
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word;
}

static void set_control_word(unsigned short word) { __asm__ volatile("fldcw %0" : : "m"(word)); }

/* SSE: a control word and a register, set before a fork made by hand and looked at after it, in both
 * processes. */
__attribute__((target("sse"))) static void fork_with_sse(void) {
    enum { EVENTS = 0x3f, ROUND_TO_ZERO = 0x6000, DEFAULT = 0x1f80, FORK = 2 };
    const unsigned wanted = DEFAULT | ROUND_TO_ZERO;
    static const float four[4] = {1.5f, 2.5f, 3.5f, 4.5f};
    float got[4];
    unsigned control;
    long number = FORK;
    __asm__ volatile("ldmxcsr %3\n\t"
                     "movups %4, %%xmm5\n\t"
                     "int $0x80\n\t"
                     "movups %%xmm5, %1\n\t"
                     "stmxcsr %2"
                     : "+a"(number), "=m"(got), "=m"(control)
                     : "m"(wanted), "m"(four)
                     : "xmm5", "memory");
    int kept = (control & ~(unsigned)EVENTS) == wanted && memcmp(four, got, sizeof four) == 0;
    if (number == 0) _exit(kept ? 0 : 1);
    report("child with its parent's SSE", (pid_t)number);
    printf("parent: %s\n", kept ? "has its own too" : "LOST IT");
}

int main(void) {
    begin();
    double expected[CHILDREN + 1];
    for (int i = 0; i <= CHILDREN; i++) expected[i] = series(i + 1);
    printf("expected: %.12g %.12g\n", expected[0], expected[1]);

    pid_t pids[CHILDREN]; /* all compute at once, and the timer switches between them */
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        if (pids[i] < 0) fail("fork");
        if (pids[i] == 0) {
            for (int turn = 0; turn < 3; turn++)
                if (series(i + 2) != expected[i + 1]) _exit(1);
            _exit(0);
        }
    }
    int same = 1;
    for (int turn = 0; turn < 3; turn++) same &= series(1) == expected[0];
    for (int i = 0; i < CHILDREN; i++) report("computing child", pids[i]);
    printf("parent: %s\n", same ? "the same each time" : "DIFFERENT");

    set_control_word(0x0f7f); /* round to zero */
    double third;
    __asm__ volatile("fld1\n\tfstl %0" : "=m"(third)); /* a value that stays on the x87 stack over the fork */
    pid_t pid = fork();
    double popped;
    __asm__ volatile("fstpl %0" : "=m"(popped));
    if (pid == 0) _exit(control_word() == 0x0f7f && popped == 1.0 ? 0 : 1);
    set_control_word(0x037f);
    report("child with its parent's x87", pid);
    printf("parent: %s\n", popped == 1.0 ? "has its value too" : "LOST ITS VALUE");

    if (__builtin_cpu_supports("sse")) fork_with_sse();
    return 0;
}
