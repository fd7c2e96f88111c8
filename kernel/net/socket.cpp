#include "kernel/net/socket.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

constinit BoundSockets bound_sockets = {};
constinit WaitQueue socket_room = {};

namespace {

u32 sockets_made;

i32 socket_read(File& file, UserAddr to, u32 size, bool wait) {
    Socket& s = *file.socket;
    if (s.type == SOCK_DGRAM) return datagram_receive(s, to, size, wait, nullptr);
    return s.state == SocketState::connected ? stream_read(s, to, size, wait) : negative(Errno::EINVAL);
}

i32 socket_write(File& file, UserAddr from, u32 size, bool wait) {
    Socket& s = *file.socket;
    if (s.type == SOCK_DGRAM) return datagram_send(s, from, size, nullptr, wait);
    return stream_write(s, from, size, wait, true);
}

void socket_release(File& file) { close_socket(file.socket); }

} // namespace

constinit const FileOps socket_ops = {.name = "socket",
                                      .read = socket_read,
                                      .write = socket_write,
                                      .lseek = nullptr,
                                      .ioctl = socket_ioctl,
                                      .release = socket_release};

Socket* create_socket(NetNs& net, u32 family, u32 type) {
    auto* s = create<Socket>();
    if (!s) return nullptr;
    s->family = family;
    s->type = type;
    s->ino = ++sockets_made;
    s->uid = current()->cred->fsuid;
    s->net = &net;
    get_net_ns(&net);
    return s;
}

void put_socket(Socket* s) {
    if (--s->count != 0) return;
    put_net_ns(s->net);
    destroy(s);
}

void shut_down(Socket& s, bool receiving, bool sending) {
    if (receiving) {
        s.receives = false;
        if (s.in) close_pipe_end(s.in, true);
        s.in = nullptr;
    }
    if (sending) {
        s.sends = false;
        if (s.out) close_pipe_end(s.out, false);
        s.out = nullptr;
    }
    wake_up(s.wait);
}

namespace {

/// Closes one for whom nobody waits. The other end of a stream is told if something has not been read
/// (linux-2.6.33 unix_release_sock).
void close_end(Socket* s, bool never_accepted) {
    s->closed = true;
    if (s->out && (never_accepted || (s->in && s->in->length != 0))) s->out->reset = true;
    s->bound.unlink();
    shut_down(*s, true, true);
    while (SkBuff* message = queue_of(*s).front()) free_datagram(message);
    Socket* peer = s->peer;
    s->peer = nullptr;
    put_socket(s);
    if (peer) put_socket(peer);
}

} // namespace

void close_socket(Socket* s) {
    while (Socket* one = pending_of(*s).front()) {
        one->pending_node.unlink();
        close_end(one, true);
    }
    s->waiting = 0;
    close_end(s, false);
    wake_up(socket_room);
}

File* socket_file(Socket* s, u32 f_flags) {
    File* file = create<File>();
    if (!file) {
        close_socket(s);
        return nullptr;
    }
    file->ops = &socket_ops;
    file->f_flags = O_RDWR | f_flags;
    file->socket = s;
    return file;
}

Errno wait_for_socket(WaitQueue& queue, bool wait) {
    if (!wait) return Errno::EAGAIN;
    if (signal_pending(*current())) return Errno::ERESTARTSYS;
    sleep_on(queue, SleepState::interruptible);
    return Errno::OK;
}

} // namespace forkproof
