/* A net namespace has names and ports of its own, and a loopback that is down until it is brought up. */
#include "common.h"
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { STACK = 65536, PORT = 17001 };

static const char* name_of(int error) {
    switch (error) {
    case EADDRINUSE: return "EADDRINUSE";
    case EADDRNOTAVAIL: return "EADDRNOTAVAIL";
    case ECONNREFUSED: return "ECONNREFUSED";
    case ENETUNREACH: return "ENETUNREACH";
    case EAGAIN: return "EAGAIN";
    case EPIPE: return "EPIPE";
    case ENOTCONN: return "ENOTCONN";
    case EINVAL: return "EINVAL";
    case EPERM: return "EPERM";
    case ENODEV: return "ENODEV";
    case EISCONN: return "EISCONN";
    case EOPNOTSUPP: return "EOPNOTSUPP";
    case ENOTSOCK: return "ENOTSOCK";
    case EDESTADDRREQ: return "EDESTADDRREQ";
    case EMSGSIZE: return "EMSGSIZE";
    default: return "another errno";
    }
}
static void say(const char* what, long answer) {
    if (answer < 0)
        printf("%-44s %s\n", what, name_of(errno));
    else
        printf("%-44s %ld\n", what, answer);
}

static socklen_t abstract(struct sockaddr_un* a, const char* name) {
    memset(a, 0, sizeof *a);
    a->sun_family = AF_UNIX;
    strcpy(a->sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}
static int bind_name(int s, const char* name) {
    struct sockaddr_un a;
    socklen_t length = abstract(&a, name);
    return bind(s, (struct sockaddr*)&a, length);
}
static int connect_name(int s, const char* name) {
    struct sockaddr_un a;
    socklen_t length = abstract(&a, name);
    return connect(s, (struct sockaddr*)&a, length);
}
static int unix_socket(int type) {
    int s = socket(AF_UNIX, type, 0);
    if (s < 0) fail("socket");
    return s;
}
static struct sockaddr_in local(int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}
static int bind_port(int s, int port) {
    struct sockaddr_in a = local(port);
    return bind(s, (struct sockaddr*)&a, sizeof a);
}
static long send_to_port(int s, int port, const char* text) {
    struct sockaddr_in a = local(port);
    return sendto(s, text, strlen(text), 0, (struct sockaddr*)&a, sizeof a);
}
static int datagrams(void) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0) fail("socket");
    return s;
}
static int lo(int s, int up) {
    struct ifreq r;
    memset(&r, 0, sizeof r);
    strcpy(r.ifr_name, "lo");
    if (ioctl(s, SIOCGIFFLAGS, &r) != 0) return -1;
    if (up < 0) return (r.ifr_flags & IFF_UP) != 0;
    r.ifr_flags = (short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
    return ioctl(s, SIOCSIFFLAGS, &r);
}

/* How many lines of a file of /proc/net have this in them. */
static int listed(const char* path, const char* text) {
    char line[256];
    int lines = 0;
    FILE* f = fopen(path, "r");
    if (!f) fail(path);
    while (fgets(line, sizeof line, f)) lines += strstr(line, text) != NULL;
    fclose(f);
    return lines;
}
static void listing(const char* where) {
    printf("%s: of the names %d, of the ports %d, of the devices %d\n", where,
           listed("/proc/net/unix", " @server\n"), listed("/proc/net/udp", " 0100007F:4269 "),
           listed("/proc/net/dev", " lo:"));
}

static int outside_stream, outside_datagrams;

/* In a namespace of its own, with descriptors from outside. */
static int inside(void* argument) {
    char text[16] = "";
    (void)argument;
    listing("inside, before");
    int s = unix_socket(SOCK_STREAM), d = datagrams();
    say("inside: the name from outside", connect_name(s, "server"));
    say("inside: the same name is free", bind_name(s, "server"));
    say("inside: lo is up", lo(d, -1));
    int none = datagrams();
    say("inside: sent while it is down", send_to_port(none, PORT, "lost"));
    close(none);
    if (lo(d, 1) != 0) fail("SIOCSIFFLAGS");
    say("inside: lo is up", lo(d, -1));
    say("inside: the same port is free", bind_port(d, PORT));
    listing("inside, after");
    say("inside: sent to itself", send_to_port(d, PORT, "inner"));
    say("inside: received", recv(d, text, sizeof text, 0));
    printf("inside: it says %.5s\n", text);
    say("inside: nothing more", recv(d, text, sizeof text, MSG_DONTWAIT));

    /* A socket stays in the namespace in which it was made. */
    int far = (int)(long)outside_datagrams;
    say("inside: a socket from outside sends", send_to_port(far, PORT, "outer"));
    say("inside: a stream from outside connects", connect_name(outside_stream, "server"));
    say("inside: and writes", write(outside_stream, "hello", 5));
    return 0;
}

static void streams(void) {
    char text[16] = "";
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) fail("socketpair");
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        ssize_t n = read(ends[1], text, sizeof text); /* sleeps until the parent writes */
        _exit(n == 4 && write(ends[1], "pong!", 5) == 5 ? 0 : 1);
    }
    close(ends[1]);
    usleep(1000);
    say("written to a pair", write(ends[0], "ping", 4));
    say("read from it", read(ends[0], text, sizeof text));
    report("the other end", pid);
    say("read after the other end has gone", read(ends[0], text, sizeof text));
    signal(SIGPIPE, SIG_IGN);
    say("written after that", write(ends[0], "x", 1));
    say("sent after that", send(ends[0], "x", 1, MSG_NOSIGNAL));
    close(ends[0]);

    int s = unix_socket(SOCK_STREAM), c = unix_socket(SOCK_STREAM);
    say("written without a connection", write(s, "x", 1));
    say("read without a connection", read(s, text, sizeof text));
    say("listen without a name", listen(s, 1));
    say("bound", bind_name(s, "stream"));
    say("the name again", bind_name(c, "stream"));
    say("connected before it listens", connect_name(c, "stream"));
    say("listens", listen(s, 1));
    say("nobody to accept", fcntl(s, F_SETFL, O_NONBLOCK) != 0 ? -2 : accept(s, NULL, NULL));
    fcntl(s, F_SETFL, 0);
    pid = fork();
    if (pid == 0) {
        usleep(1000);
        _exit(connect_name(c, "stream") == 0 && write(c, "abc", 3) == 3 && shutdown(c, SHUT_WR) == 0 &&
                      read(c, text, sizeof text) == 2
                  ? 0
                  : 1);
    }
    close(c);
    int end = accept(s, NULL, NULL); /* sleeps until the child connects */
    if (end < 0) fail("accept");
    say("read from who was accepted", read(end, text, sizeof text));
    say("read after its shutdown", read(end, text, sizeof text));
    say("written all the same", write(end, "de", 2));
    report("the client", pid);
    struct sockaddr_un a;
    socklen_t length = sizeof a;
    if (getsockname(end, (struct sockaddr*)&a, &length) != 0) fail("getsockname");
    printf("the accepted end's name is %.*s\n", (int)(length - 3), a.sun_path + 1);
    length = sizeof a;
    say("the client's", getpeername(end, (struct sockaddr*)&a, &length));
    printf("it has %d bytes\n", (int)length);
    close(end);
    close(s);
    c = unix_socket(SOCK_STREAM);
    say("connected after it is closed", connect_name(c, "stream"));
    say("the name is free again", bind_name(c, "stream"));
    close(c);
}

static void unix_datagrams(void) {
    char text[4];
    int a = unix_socket(SOCK_DGRAM), b = unix_socket(SOCK_DGRAM);
    struct sockaddr_un who, to;
    socklen_t length = abstract(&to, "b");
    bind_name(a, "a");
    bind_name(b, "b");
    say("a datagram", sendto(a, "longer", 6, 0, (struct sockaddr*)&to, length));
    say("another", sendto(a, "", 0, 0, (struct sockaddr*)&to, length));
    length = sizeof who;
    say("received as much as fits", recvfrom(b, text, sizeof text, 0, (struct sockaddr*)&who, &length));
    printf("it is %.4s from %.*s\n", text, (int)(length - 3), who.sun_path + 1);
    say("received the empty one", recv(b, text, sizeof text, 0));
    say("sent to nobody", send(b, "x", 1, 0));
    say("connected to a", connect_name(b, "a"));
    say("sent to a", send(b, "x", 1, 0));
    int c = unix_socket(SOCK_DGRAM);
    say("who is connected hears nobody else", connect_name(c, "b"));
    int sent = 0;
    fcntl(b, F_SETFL, O_NONBLOCK);
    while (send(b, "x", 1, 0) == 1) sent++;
    say(sent > 5 ? "then the queue is full" : "the queue is SHORT", -1);
    close(a);
    say("sent to who is gone", send(b, "x", 1, 0));
    say("and again", send(b, "x", 1, 0));
    close(b);
    close(c);
}

static void inet(void) {
    char text[16] = "";
    int a = datagrams(), b = datagrams();
    struct sockaddr_in who;
    socklen_t length = sizeof who;
    say("sent to nowhere", send(b, "x", 1, 0));
    say("that took a port", bind_port(b, PORT + 1));
    close(b);
    b = datagrams();
    say("bound", bind_port(a, PORT + 1));
    say("the port again", bind_port(b, PORT + 1));
    say("and its own again", bind_port(a, PORT + 2));
    say("sent", send_to_port(b, PORT + 1, "datagram"));
    say("received", recvfrom(a, text, sizeof text, 0, (struct sockaddr*)&who, &length));
    printf("%.8s from 127.0.0.1: %s, a port of its own: %s\n", text,
           who.sin_addr.s_addr == htonl(INADDR_LOOPBACK) ? "yes" : "no",
           ntohs(who.sin_port) > 1024 ? "yes" : "no");
    say("answered", sendto(a, "yes", 3, 0, (struct sockaddr*)&who, length));
    say("received", recv(b, text, sizeof text, 0));
    say("sent where nobody listens", send_to_port(b, PORT + 3, "lost"));
    struct sockaddr_in nobody = local(PORT + 3);
    say("connected to nobody", connect(b, (struct sockaddr*)&nobody, sizeof nobody));
    say("sent", send(b, "x", 1, 0));
    say("and heard of it", recv(b, text, sizeof text, 0));
    close(a);
    close(b);
}

int main(void) {
    begin();
    streams();
    unix_datagrams();
    int d = datagrams();
    privileged("SIOCSIFFLAGS", lo(d, 1));
    inet();
    say("no socket", bind_name(1, "x"));
    struct stat status;
    char path[32], link[32] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", d);
    printf("a socket by its mode: %s, by its link: %s\n",
           fstat(d, &status) == 0 && S_ISSOCK(status.st_mode) ? "yes" : "no",
           readlink(path, link, sizeof link - 1) > 0 && strncmp(link, "socket:[", 8) == 0 ? "yes" : "no");

    int server = unix_socket(SOCK_STREAM), receiver = datagrams();
    if (bind_name(server, "server") != 0 || listen(server, 4) != 0) fail("server");
    if (bind_port(receiver, PORT) != 0) fail("bind");
    listing("outside");
    outside_stream = unix_socket(SOCK_STREAM);
    outside_datagrams = d;
    pid_t pid = clone(inside, (char*)malloc(STACK) + STACK, CLONE_NEWNET | SIGCHLD, NULL);
    privileged("NEWNET", pid);
    report("in a namespace of its own", pid);
    char text[16] = "";
    int end = accept(server, NULL, NULL);
    say("outside: read from the stream", read(end, text, sizeof text));
    say("outside: received", recv(receiver, text, sizeof text, 0));
    printf("outside: it says %.5s\n", text);
    say("outside: lo is up", lo(d, -1));
    return 0;
}
