// AF_INET: ports of datagram sockets, and the loopback `lo` of each net namespace, which is down until it is
// brought up (linux-2.6.33 net/ipv4/udp.c, drivers/net/loopback.c).
#include "kernel/mm/uaccess.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 FIRST_FREE_PORT = 32768, LAST_FREE_PORT = 61000; // sysctl ip_local_port_range
constexpr u32 PROT_SOCK = 1024;                                ///< ports below it need CAP_NET_BIND_SERVICE
constexpr u32 INADDR_ANY = 0;

bool is_loopback(u32 address) { return address >> 24 == 127; }

InetPlace place_of(const SockAddress& a) {
    return {.address = u32{a.bytes[4]} << 24 | u32{a.bytes[5]} << 16 | u32{a.bytes[6]} << 8 | a.bytes[7],
            .port = static_cast<u16>(a.bytes[2] << 8 | a.bytes[3])};
}

/// Whether a socket of the namespace has this port, at an address that this one would meet.
bool place_in_use(const NetNs& net, u32 address, u32 port) {
    for (Socket& s : bound_sockets)
        if (s.family == AF_INET && s.net == &net && s.here.port == port &&
            (s.here.address == INADDR_ANY || address == INADDR_ANY || s.here.address == address))
            return true;
    return false;
}

void take_port(Socket& s, u32 address, u32 port) {
    s.here = {.address = address, .port = static_cast<u16>(port)};
    bound_sockets.push_back(s);
}

/// How well a socket fits a datagram; 0: not at all (linux-2.6.33 compute_score of udp).
u32 score(const Socket& s, const NetNs& net, const InetPlace& to, const InetPlace& from) {
    if (s.family != AF_INET || s.net != &net || s.here.port != to.port) return 0;
    u32 points = 1;
    if (s.here.address != INADDR_ANY) {
        if (s.here.address != to.address) return 0;
        points++;
    }
    if (s.state == SocketState::connected) {
        if (s.there.address != from.address || s.there.port != from.port) return 0;
        points += 2;
    }
    return points;
}

/// Where an address leads: back to this machine, if lo is up. EINVAL, EAFNOSUPPORT, ENETUNREACH.
Errno route(const NetNs& net, const SockAddress& address, InetPlace& to) {
    if (address.length < InetPlace::SIZE) return Errno::EINVAL;
    if (address.family() != AF_INET) return Errno::EAFNOSUPPORT;
    to = place_of(address);
    if (to.address == INADDR_ANY) to.address = INADDR_LOOPBACK;
    return is_loopback(to.address) && net.lo_up ? Errno::OK : Errno::ENETUNREACH;
}

/// What a socket sends as from: its own address, or lo's.
InetPlace source_of(const Socket& s) {
    return {.address = s.here.address == INADDR_ANY ? INADDR_LOOPBACK : s.here.address, .port = s.here.port};
}

} // namespace

SockAddress address_of(const InetPlace& place) {
    SockAddress a;
    a.length = InetPlace::SIZE;
    a.bytes[0] = AF_INET;
    a.bytes[2] = static_cast<u8>(place.port >> 8);
    a.bytes[3] = static_cast<u8>(place.port);
    for (u32 i = 0; i < 4; i++) a.bytes[4 + i] = static_cast<u8>(place.address >> (24 - 8 * i));
    return a;
}

Errno inet_bind(Socket& s, const SockAddress& address) {
    if (address.length < InetPlace::SIZE) return Errno::EINVAL;
    if (address.family() != AF_INET) return Errno::EAFNOSUPPORT;
    const InetPlace place = place_of(address);
    // While lo is down it has no address (a Linux with policy routing does not notice that before the first
    // time that it is up).
    if (place.address != INADDR_ANY && !(is_loopback(place.address) && s.net->lo_up))
        return Errno::EADDRNOTAVAIL;
    if (place.port != 0 && place.port < PROT_SOCK && !capable(CAP_NET_BIND_SERVICE)) return Errno::EACCES;
    if (s.here.port != 0) return Errno::EINVAL;
    if (place.port != 0) {
        if (place_in_use(*s.net, place.address, place.port)) return Errno::EADDRINUSE;
        take_port(s, place.address, place.port);
        return Errno::OK;
    }
    if (inet_autobind(s) != Errno::OK) return Errno::EADDRINUSE;
    s.here.address = place.address;
    return Errno::OK;
}

Errno inet_autobind(Socket& s) {
    if (s.here.port != 0) return Errno::OK;
    for (u32 port = FIRST_FREE_PORT; port <= LAST_FREE_PORT; port++)
        if (!place_in_use(*s.net, INADDR_ANY, port)) {
            take_port(s, INADDR_ANY, port);
            return Errno::OK;
        }
    return Errno::EAGAIN;
}

Errno inet_connect(Socket& s, const SockAddress& address) {
    if (address.family() == AF_UNSPEC) {
        s.state = SocketState::unconnected;
        s.there = {};
        return Errno::OK;
    }
    InetPlace to;
    if (const Errno e = route(*s.net, address, to); e != Errno::OK) return e;
    if (const Errno e = inet_autobind(s); e != Errno::OK) return e;
    if (s.here.address == INADDR_ANY) s.here.address = INADDR_LOOPBACK;
    s.there = to;
    s.state = SocketState::connected;
    return Errno::OK;
}

Result<Socket*> inet_receiver(Socket& s, const SockAddress& address, InetPlace& from) {
    InetPlace to;
    if (const Errno e = route(*s.net, address, to); e != Errno::OK) return e;
    if (to.port == 0) return Errno::EINVAL;
    from = source_of(s);
    Socket* best = nullptr;
    u32 points = 0;
    for (Socket& candidate : bound_sockets)
        if (const u32 n = score(candidate, *s.net, to, from); n > points) {
            points = n;
            best = &candidate;
        }
    return best;
}

i32 socket_ioctl(File& file, u32 command, UserAddr argument) {
    constexpr u32 SIOCGIFFLAGS = 0x8913, SIOCSIFFLAGS = 0x8914;     // linux/sockios.h
    constexpr u16 IFF_UP = 1, IFF_LOOPBACK = 8, IFF_RUNNING = 0x40; // linux/if.h
    struct {
        char name[16];
        u16 flags;
        u16 rest[7];
    } request; // linux/if.h struct ifreq
    static_assert(sizeof request == 32);
    if (command != SIOCGIFFLAGS && command != SIOCSIFFLAGS) return negative(Errno::ENOTTY);
    if (const Errno e = get_user(request, argument); e != Errno::OK) return negative(e);
    request.name[sizeof request.name - 1] = 0;
    if (!(Text(request.name) == "lo")) return negative(Errno::ENODEV);
    NetNs& net = *file.socket->net;
    if (command == SIOCSIFFLAGS) {
        if (!capable(CAP_NET_ADMIN)) return negative(Errno::EPERM);
        net.lo_up = request.flags & IFF_UP;
        return 0;
    }
    request.flags = net.lo_up ? IFF_UP | IFF_LOOPBACK | IFF_RUNNING : IFF_LOOPBACK;
    return negative(put_user(request, argument));
}

} // namespace forkproof
