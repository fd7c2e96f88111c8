// AF_UNIX: abstract names, and streams between two of its sockets (linux-2.6.33 net/unix/af_unix.c). A stream
// is two pipes: what one writes the other reads.
#include "kernel/files/operations.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 PATH_BEGINS = 2; ///< behind the family

/// Two pipes between two sockets, each an end of both. ENOMEM.
Errno join_streams(Socket& a, Socket& b) {
    Pipe* there = create<Pipe>();
    Pipe* back = there ? create<Pipe>() : nullptr;
    if (!back) {
        if (there) destroy(there);
        return Errno::ENOMEM;
    }
    there->readers = there->writers = back->readers = back->writers = 1;
    a.out = b.in = there;
    b.out = a.in = back;
    a.state = b.state = SocketState::connected;
    return Errno::OK;
}

/// The listener's own end of a new connection, which it will accept. ENOMEM.
Errno join_listener(Socket& s, Socket& listener) {
    Socket* end = create_socket(*listener.net, AF_UNIX, SOCK_STREAM);
    if (!end) return Errno::ENOMEM;
    if (join_streams(s, *end) != Errno::OK) {
        put_socket(end);
        return Errno::ENOMEM;
    }
    end->name = s.peer_name = listener.name;
    end->peer_name = s.name;
    pending_of(listener).push_back(*end);
    listener.waiting++;
    wake_up(listener.wait);
    return Errno::OK;
}

Errno connect_stream(Socket& s, const SockAddress& address, bool wait) {
    for (;;) {
        if (s.state == SocketState::connected) return Errno::EISCONN;
        if (s.state == SocketState::listening) return Errno::EINVAL;
        Socket* listener = find_unix_socket(*s.net, SOCK_STREAM, address);
        if (!listener || listener->state != SocketState::listening || !listener->receives)
            return Errno::ECONNREFUSED;
        if (listener->waiting <= listener->backlog) return join_listener(s, *listener);
        // The listener may be gone when there is room: it is looked for again.
        if (const Errno e = wait_for_socket(socket_room, wait); e != Errno::OK) return e;
    }
}

Errno connect_datagrams(Socket& s, const SockAddress& address) {
    Socket* other = nullptr;
    if (address.family() != AF_UNSPEC) {
        other = find_unix_socket(*s.net, SOCK_DGRAM, address);
        if (!other) return Errno::ECONNREFUSED;
        if (other->peer && other->peer != &s) return Errno::EPERM;
        get_socket(other);
    }
    Socket* before = s.peer;
    s.peer = other;
    s.state = other ? SocketState::connected : SocketState::unconnected;
    s.peer_name = other ? other->name : SockAddress();
    if (before) put_socket(before);
    return Errno::OK;
}

} // namespace

Errno check_unix_address(const SockAddress& address) {
    if (address.family() != AF_UNIX || address.length <= PATH_BEGINS) return Errno::EINVAL;
    // A name in the file system: there are none.
    return address.bytes[PATH_BEGINS] == 0 ? Errno::OK : Errno::EOPNOTSUPP;
}

Socket* find_unix_socket(const NetNs& net, u32 type, const SockAddress& address) {
    for (Socket& s : bound_sockets)
        if (s.family == AF_UNIX && s.net == &net && s.type == type && s.name == address) return &s;
    return nullptr;
}

Errno unix_bind(Socket& s, const SockAddress& address) {
    if (const Errno e = check_unix_address(address); e != Errno::OK) return e;
    if (s.name.length != 0) return Errno::EINVAL;
    if (find_unix_socket(*s.net, s.type, address)) return Errno::EADDRINUSE;
    s.name = address;
    bound_sockets.push_back(s);
    return Errno::OK;
}

Errno unix_listen(Socket& s, u32 backlog) {
    if (s.type != SOCK_STREAM) return Errno::EOPNOTSUPP;
    if (s.name.length == 0 || s.state == SocketState::connected) return Errno::EINVAL;
    s.backlog = backlog < SOMAXCONN ? backlog : SOMAXCONN;
    s.state = SocketState::listening;
    wake_up(socket_room);
    return Errno::OK;
}

Errno unix_connect(Socket& s, const SockAddress& address, bool wait) {
    const bool dissolves = s.type == SOCK_DGRAM && address.family() == AF_UNSPEC;
    if (!dissolves)
        if (const Errno e = check_unix_address(address); e != Errno::OK)
            return e == Errno::EOPNOTSUPP ? Errno::ENOENT : e;
    return s.type == SOCK_STREAM ? connect_stream(s, address, wait) : connect_datagrams(s, address);
}

Errno unix_pair(Socket& a, Socket& b) {
    if (a.type == SOCK_STREAM) return join_streams(a, b);
    get_socket(&a);
    get_socket(&b);
    a.peer = &b;
    b.peer = &a;
    a.state = b.state = SocketState::connected;
    return Errno::OK;
}

Result<Socket*> unix_accept(Socket& s, bool wait) {
    if (s.type != SOCK_STREAM) return Errno::EOPNOTSUPP;
    for (;;) {
        if (s.state != SocketState::listening || !s.receives) return Errno::EINVAL;
        if (Socket* end = pending_of(s).front()) {
            end->pending_node.unlink();
            s.waiting--;
            wake_up(socket_room);
            return end;
        }
        if (const Errno e = wait_for_socket(s.wait, wait); e != Errno::OK) return e;
    }
}

i32 stream_read(Socket& s, UserAddr to, u32 size, bool wait) {
    if (s.state != SocketState::connected) return negative(Errno::EINVAL);
    const i32 n = s.in ? read_pipe(*s.in, to, size, wait) : 0;
    if (n != 0 || size == 0 || !s.in || !s.in->reset) return n;
    s.in->reset = false; // it is told once
    return negative(Errno::ECONNRESET);
}

i32 stream_write(Socket& s, UserAddr from, u32 size, bool wait, bool signals) {
    if (s.state != SocketState::connected && s.sends) return negative(Errno::ENOTCONN);
    if (s.out) return write_pipe(*s.out, from, size, wait, signals);
    if (signals) send_signal(*current(), SIGPIPE, false);
    return negative(Errno::EPIPE);
}

} // namespace forkproof
