/* printf and the command line. Its status is the number of its arguments. */
#include <stdio.h>

int main(int argc, char** argv) {
    printf("hello from a C program: %d arguments, 1/3 is %.4f\n", argc - 1, 1.0 / 3);
    for (int i = 1; i < argc; i++) printf("argument %d: \"%s\"\n", i, argv[i]);
    return argc - 1;
}
