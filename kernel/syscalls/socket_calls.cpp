// socketcall: the one call through which i386 reaches sockets (linux-2.6.33 net/socket.c). Messages of
// several pieces (sendmsg, recvmsg) and options but SO_TYPE and SO_ERROR are not there.
#include "kernel/mm/uaccess.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/task_calls.hpp"

namespace forkproof {

namespace {

/// linux/net.h SYS_*
enum SocketCall : u32 {
    SOCKET = 1,
    BIND,
    CONNECT,
    LISTEN,
    ACCEPT,
    GETSOCKNAME,
    GETPEERNAME,
    SOCKETPAIR,
    SEND,
    RECV,
    SENDTO,
    RECVFROM,
    SHUTDOWN,
    SETSOCKOPT,
    GETSOCKOPT,
    SENDMSG,
    RECVMSG,
    ACCEPT4
};
constexpr u32 MOST_ARGUMENTS = 6;
constexpr u8 arguments_of[ACCEPT4 + 1] = {0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4};

constexpr u32 SOCK_TYPE_MASK = 0xf;   // linux/net.h; O_NONBLOCK and O_CLOEXEC may stand above it
constexpr i32 SOCKADDR_STORAGE = 128; // linux/socket.h
constexpr u32 SOL_SOCKET = 1, SO_TYPE = 3, SO_ERROR = 4; // asm-generic/socket.h
constexpr u32 IPPROTO_UDP = 17;

/// The socket behind a descriptor, kept alive while this lives. EBADF, ENOTSOCK.
class HeldSocket {
  public:
    explicit HeldSocket(u32 fd) : file_(current_file(fd)) {}
    [[nodiscard]] Errno error() const {
        if (!file_) return Errno::EBADF;
        return file_->socket ? Errno::OK : Errno::ENOTSOCK;
    }
    Socket& operator*() const { return *file_->socket; }
    Socket* operator->() const { return file_->socket; }
    /// Whether a call with these flags may sleep.
    [[nodiscard]] bool waits(u32 flags) const {
        return !(file_->f_flags & O_NONBLOCK) && !(flags & MSG_DONTWAIT);
    }

  private:
    BusyFile file_;
};

/// linux-2.6.33 move_addr_to_kernel. A longer one than any family has is refused by the family.
Errno read_address(SockAddress& to, UserAddr from, u32 length) {
    if (static_cast<i32>(length) < 0 || static_cast<i32>(length) > SOCKADDR_STORAGE) return Errno::EINVAL;
    if (length > SockAddress::MOST) return Errno::EINVAL;
    to.length = length;
    return length == 0 ? Errno::OK : copy_from_user(to.bytes, from, length);
}

/// As much as there is room for, and the whole length (linux-2.6.33 move_addr_to_user).
Errno write_address(const SockAddress& address, UserAddr to, UserAddr length_at) {
    i32 room;
    if (const Errno e = get_user(room, length_at); e != Errno::OK) return e;
    if (room < 0) return Errno::EINVAL;
    const u32 n = static_cast<u32>(room) < address.length ? static_cast<u32>(room) : address.length;
    if (n != 0)
        if (const Errno e = copy_to_user(to, address.bytes, n); e != Errno::OK) return e;
    return put_user(address.length, length_at);
}

/// EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT.
Errno check_kind(u32 family, u32 type, u32 protocol) {
    if (family != AF_UNIX && family != AF_INET) return Errno::EAFNOSUPPORT;
    if (type != SOCK_DGRAM && !(family == AF_UNIX && type == SOCK_STREAM)) return Errno::ESOCKTNOSUPPORT;
    const bool known = protocol == 0 || protocol == (family == AF_UNIX ? AF_UNIX : IPPROTO_UDP);
    return known ? Errno::OK : Errno::EPROTONOSUPPORT;
}

Errno split_type(u32& type, u32& f_flags) {
    f_flags = type & ~SOCK_TYPE_MASK;
    type &= SOCK_TYPE_MASK;
    return f_flags & ~(O_NONBLOCK | O_CLOEXEC) ? Errno::EINVAL : Errno::OK;
}

/// A descriptor for a socket, whose count passes. ENOMEM, EMFILE: the socket is closed.
i32 install_socket(Socket* s, u32 f_flags) {
    File* file = socket_file(s, f_flags & O_NONBLOCK);
    if (!file) return negative(Errno::ENOMEM);
    const i32 fd = install_fd(*current()->files, file, f_flags & O_CLOEXEC);
    if (fd < 0) put_file(file);
    return fd;
}

i32 socket_call(u32 family, u32 type, u32 protocol) {
    u32 f_flags;
    if (const Errno e = split_type(type, f_flags); e != Errno::OK) return negative(e);
    if (const Errno e = check_kind(family, type, protocol); e != Errno::OK) return negative(e);
    Socket* s = create_socket(*current()->nsproxy->net_ns, family, type);
    return s ? install_socket(s, f_flags) : negative(Errno::ENOMEM);
}

i32 socketpair_call(u32 family, u32 type, u32 protocol, UserAddr to) {
    u32 f_flags;
    if (const Errno e = split_type(type, f_flags); e != Errno::OK) return negative(e);
    if (const Errno e = check_kind(family, type, protocol); e != Errno::OK) return negative(e);
    if (family != AF_UNIX) return negative(Errno::EOPNOTSUPP);
    NetNs& net = *current()->nsproxy->net_ns;
    Socket* a = create_socket(net, family, type);
    Socket* b = a ? create_socket(net, family, type) : nullptr;
    if (!b || unix_pair(*a, *b) != Errno::OK) {
        if (a) close_socket(a);
        if (b) close_socket(b);
        return negative(Errno::ENOMEM);
    }
    i32 fd[2] = {install_socket(a, f_flags), -1};
    if (fd[0] < 0) {
        close_socket(b);
        return fd[0];
    }
    fd[1] = install_socket(b, f_flags);
    const i32 error = fd[1] < 0 ? fd[1] : negative(put_user(fd, to));
    if (error == 0) return 0;
    for (const i32 n : fd)
        if (n >= 0) put_file(remove_fd(*current()->files, static_cast<u32>(n)));
    return error;
}

i32 bind_call(const HeldSocket& s, UserAddr from, u32 length) {
    SockAddress address;
    if (const Errno e = read_address(address, from, length); e != Errno::OK) return negative(e);
    return negative(s->family == AF_UNIX ? unix_bind(*s, address) : inet_bind(*s, address));
}

i32 connect_call(const HeldSocket& s, UserAddr from, u32 length) {
    SockAddress address;
    if (const Errno e = read_address(address, from, length); e != Errno::OK) return negative(e);
    return negative(s->family == AF_UNIX ? unix_connect(*s, address, s.waits(0)) : inet_connect(*s, address));
}

/// What getsockname and getpeername tell: somebody without a name has a family all the same.
SockAddress told(const Socket& s, const SockAddress& name) {
    SockAddress address = name;
    if (address.length != 0) return address;
    address.bytes[0] = static_cast<u8>(s.family);
    address.length = 2;
    return address;
}

i32 name_call(const HeldSocket& s, bool of_peer, UserAddr to, UserAddr length) {
    if (of_peer && s->state != SocketState::connected) return negative(Errno::ENOTCONN);
    if (s->family == AF_INET)
        return negative(write_address(address_of(of_peer ? s->there : s->here), to, length));
    return negative(write_address(told(*s, of_peer ? s->peer_name : s->name), to, length));
}

i32 accept_call(const HeldSocket& s, UserAddr to, UserAddr length, u32 f_flags) {
    if (f_flags & ~(O_NONBLOCK | O_CLOEXEC)) return negative(Errno::EINVAL);
    const Result<Socket*> end =
        s->family == AF_UNIX ? unix_accept(*s, s.waits(0)) : Result<Socket*>(Errno::EOPNOTSUPP);
    if (!end.ok()) return negative(end.error());
    const SockAddress who = told(*end.value(), end.value()->peer_name);
    const i32 fd = install_socket(end.value(), f_flags);
    if (fd < 0 || !to) return fd;
    const Errno e = write_address(who, to, length);
    if (e == Errno::OK) return fd;
    put_file(remove_fd(*current()->files, static_cast<u32>(fd)));
    return negative(e);
}

i32 send_call(const HeldSocket& s, UserAddr from, u32 size, u32 flags, UserAddr to, u32 length) {
    if (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) return negative(Errno::EOPNOTSUPP);
    if (!user_range(from, size)) return negative(Errno::EFAULT);
    SockAddress address;
    if (to)
        if (const Errno e = read_address(address, to, length); e != Errno::OK) return negative(e);
    if (s->type == SOCK_DGRAM)
        return datagram_send(*s, from, size, address.length != 0 ? &address : nullptr, s.waits(flags));
    if (address.length != 0)
        return negative(s->state == SocketState::connected ? Errno::EISCONN : Errno::EOPNOTSUPP);
    return stream_write(*s, from, size, s.waits(flags), !(flags & MSG_NOSIGNAL));
}

i32 receive_call(const HeldSocket& s, UserAddr to, u32 size, u32 flags, UserAddr who, UserAddr length) {
    if (flags & ~MSG_DONTWAIT) return negative(Errno::EOPNOTSUPP);
    if (!user_range(to, size)) return negative(Errno::EFAULT);
    SockAddress sender = s->peer_name;
    const i32 n = s->type == SOCK_DGRAM ? datagram_receive(*s, to, size, s.waits(flags), &sender)
                                        : stream_read(*s, to, size, s.waits(flags));
    if (n < 0 || !who) return n;
    const Errno e = write_address(sender, who, length);
    return e == Errno::OK ? n : negative(e);
}

i32 shutdown_call(const HeldSocket& s, u32 how) {
    constexpr u32 SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2; // linux/net.h
    if (how > SHUT_RDWR) return negative(Errno::EINVAL);
    if (s->state == SocketState::unconnected && s->family == AF_INET) return negative(Errno::ENOTCONN);
    shut_down(*s, how != SHUT_WR, how != SHUT_RD);
    wake_up(socket_room);
    return 0;
}

i32 option_call(const HeldSocket& s, u32 level, u32 name, UserAddr to, UserAddr length) {
    if (level != SOL_SOCKET || (name != SO_TYPE && name != SO_ERROR)) return negative(Errno::ENOPROTOOPT);
    i32 room;
    if (const Errno e = get_user(room, length); e != Errno::OK) return negative(e);
    if (room < 0) return negative(Errno::EINVAL);
    const u32 value = name == SO_TYPE ? s->type : static_cast<u32>(s->error);
    if (name == SO_ERROR) s->error = Errno::OK;
    const u32 n = static_cast<u32>(room) < sizeof value ? static_cast<u32>(room) : sizeof value;
    if (const Errno e = copy_to_user(to, &value, n); e != Errno::OK) return negative(e);
    return negative(put_user(n, length));
}

/// The calls on a socket that is there.
i32 call_on(const HeldSocket& s, u32 call, const u32 (&a)[MOST_ARGUMENTS]) {
    if (s.error() != Errno::OK) return negative(s.error());
    switch (call) {
    case BIND: return bind_call(s, a[1], a[2]);
    case CONNECT: return connect_call(s, a[1], a[2]);
    case LISTEN: return negative(s->family == AF_UNIX ? unix_listen(*s, a[1]) : Errno::EOPNOTSUPP);
    case ACCEPT: return accept_call(s, a[1], a[2], 0);
    case ACCEPT4: return accept_call(s, a[1], a[2], a[3]);
    case GETSOCKNAME: return name_call(s, false, a[1], a[2]);
    case GETPEERNAME: return name_call(s, true, a[1], a[2]);
    case SEND: return send_call(s, a[1], a[2], a[3], 0, 0);
    case SENDTO: return send_call(s, a[1], a[2], a[3], a[4], a[5]);
    case RECV: return receive_call(s, a[1], a[2], a[3], 0, 0);
    case RECVFROM: return receive_call(s, a[1], a[2], a[3], a[4], a[5]);
    case SHUTDOWN: return shutdown_call(s, a[1]);
    case GETSOCKOPT: return option_call(s, a[1], a[2], a[3], a[4]);
    case SETSOCKOPT: return negative(Errno::ENOPROTOOPT);
    default: return negative(Errno::EOPNOTSUPP);
    }
}

} // namespace

i32 sys_socketcall(PtRegs& regs) {
    const u32 call = regs.bx;
    if (call < SOCKET || call > ACCEPT4) return negative(Errno::EINVAL);
    u32 a[MOST_ARGUMENTS] = {};
    if (copy_from_user(a, regs.cx, arguments_of[call] * static_cast<u32>(sizeof a[0])) != Errno::OK)
        return negative(Errno::EFAULT);
    if (call == SOCKET) return socket_call(a[0], a[1], a[2]);
    if (call == SOCKETPAIR) return socketpair_call(a[0], a[1], a[2], a[3]);
    return call_on(HeldSocket(a[0]), call, a);
}

} // namespace forkproof
