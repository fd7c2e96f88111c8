/* CLONE_SETTLS: what it refuses leaves no child, and what it sets is the child's alone. */
#include "common.h"
#include <asm/ldt.h>

static const char* name_of(int error) {
    return error == EINVAL ? "EINVAL" : error == EFAULT ? "EFAULT" : "?";
}

/* A child that exits with what the first word behind %gs says, or 7 if gs is left as it is. */
static int clone_with(const void* description, int read_it) {
    int result;
    __asm__ volatile("int $0x80\n\t"
                     "test %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "mov $7, %%ebx\n\t"
                     "test %%edi, %%edi\n\t"
                     "jz 2f\n\t"
                     "mov %%gs:0, %%ebx\n"
                     "2:\tmov $1, %%eax\n\t"
                     "int $0x80\n"
                     "1:"
                     : "=a"(result)
                     : "a"(SYS_clone), "b"(CLONE_SETTLS | SIGCHLD), "c"(0), "d"(0), "S"(description),
                       "D"(read_it)
                     : "memory", "cc");
    return result;
}

static void refused(const char* what, const void* description) {
    int answer = clone_with(description, 0);
    printf("%-32s %s\n", what, answer < 0 ? name_of(-answer) : "NOT REFUSED");
    if (answer >= 0) wait(NULL);
}

static int block_of_child[4] = {21}, own_block[4] = {5};

static struct user_desc describe(unsigned entry, void* base) {
    struct user_desc d;
    memset(&d, 0, sizeof d);
    d.entry_number = entry;
    d.base_addr = (unsigned)(unsigned long)base;
    d.limit = 0xfffff;
    d.seg_32bit = 1;
    d.limit_in_pages = 1;
    d.useable = 1;
    return d;
}

int main(void) {
    begin();
    unsigned gs;
    __asm__("movw %%gs, %w0" : "=r"(gs));
    const unsigned entry = (gs & 0xffff) >> 3; /* libc's own; the first of the three */
    struct user_desc d = describe(entry - 1, block_of_child);
    refused("an entry before the three:", &d);
    d.entry_number = entry + 3;
    refused("an entry behind the three:", &d);
    d.entry_number = ~0U;
    refused("\"choose one\":", &d);
    refused("a wrong pointer:", (void*)16);
    refused("a pointer into the kernel:", (void*)0xfffff000UL);
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) printf("A CHILD IS LEFT\n");

    d.entry_number = entry;
    report("a child reads its own segment", clone_with(&d, 1));
    d = describe(entry, own_block);
    report("another one's", clone_with(&d, 1));
    memset(&d, 0, sizeof d);
    d.entry_number = entry;
    d.read_exec_only = d.seg_not_present = 1;
    report("an entry that is cleared", clone_with(&d, 1));
    report("cleared and not used", clone_with(&d, 0));
    printf("the parent's errno is where it was: %d\n", (errno = 3));
    return 0;
}
