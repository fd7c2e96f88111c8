/* CLONE_NEWUTS: host and domain name of a namespace of one's own; without it they are shared. */
#include "common.h"
#include <sched.h>
#include <sys/utsname.h>

enum { STACK = 16384 };
static char stack[2][STACK] __attribute__((aligned(16)));

static struct utsname names(void) {
    struct utsname n;
    if (uname(&n) != 0) fail("uname");
    return n;
}

static void show(const char* who) {
    struct utsname n = names();
    printf("%s: host %s, domain %s\n", who, n.nodename, n.domainname);
}

static void set(const char* host, const char* domain) {
    if (sethostname(host, strlen(host)) != 0) fail("sethostname");
    if (setdomainname(domain, strlen(domain)) != 0) fail("setdomainname");
}

static const char* refusal(int answer) {
    return answer == 0       ? "NOT REFUSED"
           : errno == EINVAL ? "EINVAL"
           : errno == EPERM  ? "EPERM"
                             : strerror(errno);
}

static int shares_it(void* nothing) {
    (void)nothing;
    set("third", "c.example");
    return 0;
}

/* Everything below happens in a namespace that the program has made, for nobody else's names are to change.
 */
static int inside(void* nothing) {
    (void)nothing;
    set("first", "a.example");
    show("in a namespace of its own");

    pid_t pid = clone(shares_it, stack[1] + STACK, CLONE_NEWUTS | SIGCHLD, NULL);
    report("a child with NEWUTS sets others and", pid);
    show("its parent after that");
    pid = clone(shares_it, stack[1] + STACK, SIGCHLD, NULL);
    report("a child without NEWUTS sets others and", pid);
    show("its parent after that");

    char longest[65];
    memset(longest, 'x', sizeof longest);
    printf("64 bytes: %s\n", sethostname(longest, 64) == 0 ? "fits" : "REFUSED");
    printf("65 bytes: %s\n", refusal(sethostname(longest, 65)));
    const volatile size_t below_zero = (size_t)-1;
    printf("minus one byte: %s\n", refusal(setdomainname(longest, below_zero)));
    int taken = sethostname(longest, 0) == 0;
    printf("a length of 0: %s, host '%s'\n", taken ? "taken" : "REFUSED", names().nodename);
    if (setuid(65534) != 0) fail("setuid");
    printf("nobody sets the host name: %s\n", refusal(sethostname("x", 1)));
    printf("nobody sets the domain name: %s\n", refusal(setdomainname("x", 1)));
    return 0;
}

int main(void) {
    begin();
    struct utsname before = names();
    pid_t pid = clone(inside, stack[0] + STACK, CLONE_NEWUTS | SIGCHLD, NULL);
    if (pid < 0) fail("clone");
    report("the child", pid);
    struct utsname after = names();
    printf("the first namespace: %s\n",
           memcmp(&before, &after, sizeof before) == 0 ? "as before" : "CHANGED");
    return 0;
}
