/* What sleeps on a socket: who connects to a full backlog, who sends to a full queue, who waits to accept or
   to receive; and what the other side is told when somebody goes. */
#include "common.h"
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static void say(const char* what, long answer) {
    const char* name = errno == EAGAIN         ? "EAGAIN"
                       : errno == ECONNRESET   ? "ECONNRESET"
                       : errno == ECONNREFUSED ? "ECONNREFUSED"
                       : errno == EPIPE        ? "EPIPE"
                                               : "another errno";
    if (answer < 0)
        printf("%-40s %s\n", what, name);
    else
        printf("%-40s %ld\n", what, answer);
}
static int call(int (*what)(int, const struct sockaddr*, socklen_t), int s, const char* name) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path + 1, name);
    return what(s, (struct sockaddr*)&a,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)));
}
static int named(int type, const char* name) {
    int s = socket(AF_UNIX, type, 0);
    if (s < 0 || call(bind, s, name) != 0) fail("a socket with a name");
    return s;
}
static int client(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }

/* Children tell that they have come so far by closing a pipe; then they do what makes them sleep. */
static int gate[2];
static pid_t child(void) {
    if (pipe(gate) != 0) fail("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[0]);
        close(gate[1]);
        return 0;
    }
    close(gate[1]);
    wait_closed(gate[0]);
    close(gate[0]);
    usleep(2000);
    return pid;
}

static void backlog(void) {
    char text[8];
    int s = named(SOCK_STREAM, "backlog"), first = client(), second = client();
    if (listen(s, 0) != 0) fail("listen");
    say("the first is connected", call(connect, first, "backlog"));
    fcntl(second, F_SETFL, O_NONBLOCK);
    say("for the second there is no room", call(connect, second, "backlog"));
    pid_t pid = child();
    if (pid == 0) {
        int mine = client();
        _exit(call(connect, mine, "backlog") == 0 && write(mine, "third", 5) == 5 ? 0 : 1);
    }
    int end = accept(s, NULL, NULL);
    write(first, "first", 5);
    say("the first is accepted", read(end, text, sizeof text));
    int other = accept(s, NULL, NULL); /* who has slept until now */
    report("who waited for room", pid);
    say("and is read", read(other, text, sizeof text));
    say("to its end", read(other, text, sizeof text));
    close(other);

    write(end, "unread", 6);
    write(first, "unread", 6);
    close(end);
    say("what was sent before it went", read(first, text, sizeof text));
    say("it had something to read", read(first, text, sizeof text));
    say("after that the end", read(first, text, sizeof text));
    say("connected again", call(connect, second, "backlog"));
    fcntl(second, F_SETFL, 0);
    close(s);
    say("the listener has gone", read(second, text, sizeof text));
    say("nobody reads it", send(second, "x", 1, MSG_NOSIGNAL));

    s = named(SOCK_STREAM, "backlog");
    listen(s, 0);
    close(first);
    first = client();
    call(connect, first, "backlog");
    pid = child();
    if (pid == 0) {
        close(s);
        _exit(call(connect, client(), "backlog") == -1 && errno == ECONNREFUSED ? 0 : 1);
    }
    close(s); /* while the child waits for room */
    report("who waited for one that has gone", pid);
    close(first);
    close(second);
}

static void full_queue(void) {
    char text[8];
    int s = named(SOCK_DGRAM, "queue"), sender = socket(AF_UNIX, SOCK_DGRAM, 0);
    call(connect, sender, "queue");
    fcntl(sender, F_SETFL, O_NONBLOCK);
    int sent = 0;
    while (send(sender, "x", 1, 0) == 1) sent++;
    fcntl(sender, F_SETFL, 0);
    pid_t pid = child();
    if (pid == 0) _exit(send(sender, "last", 4, 0) == 4 ? 0 : 1);
    for (int i = 0; i < sent; i++)
        if (recv(s, text, sizeof text, 0) != 1) fail("recv");
    say("who waited has sent", recv(s, text, sizeof text, 0));
    report("the sender", pid);
    say("nothing more", recv(s, text, sizeof text, MSG_DONTWAIT));

    pid = child();
    if (pid == 0) _exit(recv(s, text, sizeof text, 0) == 3 ? 0 : 1);
    send(sender, "one", 3, 0);
    report("the receiver", pid);
    close(s);
    close(sender);
}

static void killed(void) {
    char byte;
    int s = named(SOCK_STREAM, "killed");
    listen(s, 1);
    pid_t pid = child();
    if (pid == 0) _exit(accept(s, NULL, NULL));
    kill(pid, SIGKILL);
    report("killed while it accepts", pid);
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    pid = child();
    if (pid == 0) {
        close(ends[1]);
        _exit((int)read(ends[0], &byte, 1));
    }
    kill(pid, SIGTERM);
    report("killed while it reads", pid);
    close(ends[0]);
    pid = fork();
    if (pid == 0) _exit((int)write(ends[1], "x", 1));
    report("who writes to nobody", pid);
    close(ends[1]);
    close(s);
}

int main(void) {
    begin();
    backlog();
    full_queue();
    killed();
    return 0;
}
