// kernel/net/ is what a net namespace separates: sockets of AF_UNIX with abstract names (streams and
// datagrams), and datagram sockets of AF_INET over the namespace's own loopback (linux-2.6.33 net/unix,
// net/ipv4/udp.c). Nothing leaves the machine. A name or a port that is bound in one namespace is not there
// in another.
#pragma once
#include "kernel/files/file.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

inline constexpr u32 AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2;    // linux/socket.h
inline constexpr u32 SOCK_STREAM = 1, SOCK_DGRAM = 2;            // linux/net.h
inline constexpr u32 MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000; // linux/socket.h
inline constexpr u32 MOST_WAITING = 10;    ///< datagrams of a queue (sysctl max_dgram_qlen)
inline constexpr u32 SOMAXCONN = 128;      // linux/socket.h
inline constexpr u32 MAX_DATAGRAM = 65507; ///< bytes of one: what IP leaves of 64 KB

/// A sockaddr: the family in its first two bytes. Length 0: none.
struct SockAddress {
    static constexpr u32 MOST = 110; ///< sizeof(struct sockaddr_un)
    u32 length = 0;
    u8 bytes[MOST] = {};
    [[nodiscard]] u32 family() const { return length < 2 ? AF_UNSPEC : bytes[0] | u32{bytes[1]} << 8; }
    bool operator==(const SockAddress& o) const {
        return length == o.length && memcmp(bytes, o.bytes, length) == 0;
    }
};

/// Where a datagram socket of AF_INET is, in the host's byte order (struct sockaddr_in).
struct InetPlace {
    static constexpr u32 SIZE = 16;
    u32 address = 0;
    u16 port = 0;
};
inline constexpr u32 INADDR_LOOPBACK = 0x7f000001; // 127.0.0.1

/// A datagram that waits to be received.
struct SkBuff {
    static constexpr u32 PAGES = 16;
    ListNode node;
    u32 length = 0;
    SockAddress from;
    u8* page[PAGES] = {}; ///< frames, as many as its length takes
};

enum class SocketState : u8 { unconnected, listening, connected };

/// Held by its open file, by those whose datagrams go to it (`peer`), and, before it is accepted, by the
/// listener.
struct Socket {
    u32 count = 1;
    u32 family = 0, type = 0;
    u32 uid = 0;          ///< its maker's fsuid
    u32 ino = 0;          ///< for fstat
    NetNs* net = nullptr; ///< counted
    SocketState state = SocketState::unconnected;
    bool closed = false;  ///< its file is gone
    bool receives = true; ///< not shut down
    bool sends = true;
    Errno error = Errno::OK; ///< of a datagram that reached nobody: what the next call answers
    SockAddress name, peer_name;
    InetPlace here, there;  ///< AF_INET: bound to, connected to
    ListNode bound;         ///< in the list of all sockets with a name
    Socket* peer = nullptr; ///< counted; datagrams of AF_UNIX go there
    Pipe* in = nullptr;     ///< of a connected stream: this is its reader,
    Pipe* out = nullptr;    ///< and its writer
    u32 backlog = 0;        ///< of a listener: most that wait to be accepted
    u32 waiting = 0;        ///< in `pending`, or in `queue`
    ListNode pending_node;  ///< in the listener's list
    ListNode pending;       ///< of Socket::pending_node, counted
    ListNode queue;         ///< of SkBuff::node
    WaitQueue wait;         ///< who accepts or receives
};

using BoundSockets = List<Socket, &Socket::bound>;
using PendingSockets = List<Socket, &Socket::pending_node>;
using SocketQueue = List<SkBuff, &SkBuff::node>;
[[nodiscard]] inline PendingSockets& pending_of(Socket& s) {
    return reinterpret_cast<PendingSockets&>(s.pending);
}
[[nodiscard]] inline SocketQueue& queue_of(Socket& s) { return reinterpret_cast<SocketQueue&>(s.queue); }

extern BoundSockets bound_sockets;
extern const FileOps socket_ops;
/// Who waits for room, in a backlog or in somebody's queue. One for all: they look again.
extern WaitQueue socket_room;

/// A socket in a namespace, counted once for the caller. Null: ENOMEM.
[[nodiscard]] Socket* create_socket(NetNs& net, u32 family, u32 type);
inline void get_socket(Socket* s) { s->count++; }
void put_socket(Socket* s);
/// Its file is gone, or it will never have one: it receives and is found no more, whoever talks to it hears
/// of that, and the caller's count is dropped.
void close_socket(Socket* s);
/// Nothing more is received, or sent: whoever talks to it hears of that.
void shut_down(Socket& s, bool receiving, bool sending);
/// A file for a socket, whose count passes. Null: ENOMEM, and the socket is closed.
[[nodiscard]] File* socket_file(Socket* s, u32 f_flags);

/// OK, EAGAIN, or ERESTARTSYS: nothing could be done; sleeps until somebody has done something.
[[nodiscard]] Errno wait_for_socket(WaitQueue& queue, bool wait);

// unix.cpp: abstract names and streams
[[nodiscard]] Errno check_unix_address(const SockAddress& address);
/// The socket of this name in the namespace, not counted; null: ECONNREFUSED.
[[nodiscard]] Socket* find_unix_socket(const NetNs& net, u32 type, const SockAddress& address);
[[nodiscard]] Errno unix_bind(Socket& s, const SockAddress& address);
[[nodiscard]] Errno unix_listen(Socket& s, u32 backlog);
[[nodiscard]] Errno unix_connect(Socket& s, const SockAddress& address, bool wait);
/// Connects two sockets that nobody else has. ENOMEM.
[[nodiscard]] Errno unix_pair(Socket& a, Socket& b);
/// The next who wants to be accepted; its count passes. EINVAL, EAGAIN, ERESTARTSYS.
Result<Socket*> unix_accept(Socket& s, bool wait);

/// As read_pipe. EINVAL: not connected.
[[nodiscard]] i32 stream_read(Socket& s, UserAddr to, u32 size, bool wait);
/// As write_pipe. ENOTCONN.
[[nodiscard]] i32 stream_write(Socket& s, UserAddr from, u32 size, bool wait, bool signals);

// inet.cpp: ports and the loopback
[[nodiscard]] Errno inet_bind(Socket& s, const SockAddress& address);
[[nodiscard]] Errno inet_connect(Socket& s, const SockAddress& address);
/// A free port, if it has none. EAGAIN.
[[nodiscard]] Errno inet_autobind(Socket& s);
/// Who gets what `s` sends there; null: nobody. EAFNOSUPPORT, EINVAL, ENETUNREACH.
Result<Socket*> inet_receiver(Socket& s, const SockAddress& address, InetPlace& from);
[[nodiscard]] SockAddress address_of(const InetPlace& place);
/// SIOCGIFFLAGS and SIOCSIFFLAGS of `lo`. ENODEV, EPERM, ENOTTY.
[[nodiscard]] i32 socket_ioctl(File& file, u32 command, UserAddr argument);

// datagram.cpp
[[nodiscard]] i32 datagram_send(Socket& s, UserAddr from, u32 size, const SockAddress* to, bool wait);
/// The next datagram, or as much of it as there is room for; `sender` may be null.
[[nodiscard]] i32 datagram_receive(Socket& s, UserAddr to, u32 size, bool wait, SockAddress* sender);
void free_datagram(SkBuff* message);

} // namespace forkproof
