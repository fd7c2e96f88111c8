/* The stack that a program is born with: arguments and environment, over an exec. */
#include "common.h"
#include <sys/auxv.h>

int main(int argc, char** argv, char** envp) {
    begin();
    if (argc > 1 && strcmp(argv[1], "--show") == 0) {
        for (int i = 2; i < argc; i++) printf("argument %d: [%s]\n", i - 1, argv[i]);
        for (int i = 0; envp[i] != NULL; i++) printf("environment %d: [%s]\n", i, envp[i]);
        printf("HOME is %s, NONE is %s\n", getenv("HOME"), getenv("NONE") ? "there" : "not there");
        printf("argv ends with null: %s\n", argv[argc] == NULL ? "yes" : "NO");
        printf("page size %lu, a program header at its place: %s, sixteen random bytes: %s\n",
               getauxval(AT_PAGESZ), getauxval(AT_PHDR) != 0 ? "yes" : "NO",
               getauxval(AT_RANDOM) != 0 ? "there" : "MISSING");
        return argc - 2;
    }
    if (argc > 1 && strcmp(argv[1], "--count") == 0) {
        unsigned sum = 0;
        for (int i = 2; i < argc; i++)
            for (const char* c = argv[i]; *c != 0; c++) sum = sum * 31 + (unsigned char)*c;
        printf("%d arguments, sum %08x\n", argc - 2, sum);
        return 0;
    }
    char* arguments[] = {argv[0], "--show", "one", "", "three words here", "\"quoted\"", NULL};
    char* environment[] = {"HOME=/nowhere", "EMPTY=", "A=b=c", NULL};
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        execve(argv[0], arguments, environment);
        _exit(99);
    }
    report("executed", pid);

    static char many[200][64]; /* several pages of strings */
    static char* pointers[204];
    pointers[0] = argv[0];
    pointers[1] = "--count";
    for (int i = 0; i < 200; i++) {
        memset(many[i], 'a' + i % 26, 60);
        pointers[2 + i] = many[i];
    }
    pid = fork();
    if (pid == 0) {
        execve(argv[0], pointers, environment);
        _exit(99);
    }
    report("executed with 12 KB of arguments", pid);
    return 0;
}
