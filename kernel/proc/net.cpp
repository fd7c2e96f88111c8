// /proc/PID/net: the sockets and the loopback of the task's net namespace, in Linux's columns (linux-2.6.33
// unix_seq_show, udp4_format_sock, dev_seq_printf_stats).
#include "kernel/mm/cache.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/proc/tgid.hpp"

namespace forkproof {

namespace {

/// A number in capital hexadecimal digits, as Linux prints them here.
class Hex {
  public:
    explicit Hex(u32 value, u32 digits) : digits_(digits) {
        for (u32 i = digits; i-- > 0; value >>= 4) text_[i] = "0123456789ABCDEF"[value & 15];
    }
    [[nodiscard]] Text text() const { return {text_, digits_}; }

  private:
    char text_[8];
    u32 digits_;
};

/// The namespace's socket of this family that was made next after one with this number; null: none.
const Socket* next_socket(const NetNs& net, u32 family, u32 after) {
    struct Search {
        const NetNs* net;
        u32 family, after;
        const Socket* found = nullptr;
    } search{.net = &net, .family = family, .after = after};
    for_each_live(
        Kind::socket,
        [](void* context, void* object) {
            Search& in = *static_cast<Search*>(context);
            const Socket& s = *static_cast<const Socket*>(object);
            if (s.net != in.net || s.family != in.family || s.ino <= in.after) return;
            if (!in.found || s.ino < in.found->ino) in.found = &s;
        },
        &search);
    return search.found;
}

/// Abstract names begin with NUL, which is shown as @.
void print_name(ProcText& to, const SockAddress& name) {
    constexpr u32 PATH_BEGINS = 2;
    if (name.length == 0) return;
    to.print(" ");
    for (u32 i = PATH_BEGINS; i < name.length; i++)
        to.print("{}", name.bytes[i] == 0 ? '@' : static_cast<char>(name.bytes[i]));
}

u32 bytes_waiting(const Socket& s) {
    u32 bytes = 0;
    for (const SkBuff& message : queue_of(const_cast<Socket&>(s))) bytes += message.length;
    return bytes;
}

/// An address as it stands in memory, in the network's order.
Hex wire(u32 address) { return Hex(__builtin_bswap32(address), 8); }

} // namespace

Errno proc_net_unix(ProcText& to, const Task& t, const Inode&) {
    if (!t.nsproxy) return Errno::ENOENT;
    const NetNs& net = *t.nsproxy->net_ns;
    constexpr u32 SO_ACCEPTCON = 1U << 16; // linux/net.h
    constexpr u32 SS_UNCONNECTED = 1, SS_CONNECTING = 2, SS_CONNECTED = 3, SS_DISCONNECTING = 4;
    to.print("Num       RefCount Protocol Flags    Type St Inode Path\n");
    for (const Socket* s = next_socket(net, AF_UNIX, 0); s; s = next_socket(net, AF_UNIX, s->ino)) {
        const bool listens = s->state == SocketState::listening,
                   connected = s->state == SocketState::connected;
        const bool has_file = !s->closed && !const_cast<Socket*>(s)->pending_node.linked();
        const u32 state = has_file ? (connected ? SS_CONNECTED : SS_UNCONNECTED)
                                   : (connected ? SS_CONNECTING : SS_DISCONNECTING);
        to.print("{08x}: {} {} {} {} {} {5}", static_cast<u32>(reinterpret_cast<std::uintptr_t>(s)),
                 Hex(s->count, 8).text(), Hex(0, 8).text(), Hex(listens ? SO_ACCEPTCON : 0, 8).text(),
                 Hex(s->type, 4).text(), Hex(state, 2).text(), s->ino);
        print_name(to, s->name);
        to.print("\n");
    }
    return Errno::OK;
}

Errno proc_net_udp(ProcText& to, const Task& t, const Inode&) {
    if (!t.nsproxy) return Errno::ENOENT;
    const NetNs& net = *t.nsproxy->net_ns;
    constexpr u32 TCP_ESTABLISHED = 1, TCP_CLOSE = 7; // net/tcp_states.h
    to.print("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
             "inode ref pointer drops\n");
    u32 line = 0;
    for (const Socket* s = next_socket(net, AF_INET, 0); s; s = next_socket(net, AF_INET, s->ino)) {
        if (s->here.port == 0) continue; // not hashed
        const u32 state = s->state == SocketState::connected ? TCP_ESTABLISHED : TCP_CLOSE;
        to.print("{4}: {}:{} {}:{} {} {}:{} 00:00000000 00000000 {5}        0 {} {} {08x} 0\n", line++,
                 wire(s->here.address).text(), Hex(s->here.port, 4).text(), wire(s->there.address).text(),
                 Hex(s->there.port, 4).text(), Hex(state, 2).text(), Hex(0, 8).text(),
                 Hex(bytes_waiting(*s), 8).text(), s->uid, s->ino, s->count,
                 static_cast<u32>(reinterpret_cast<std::uintptr_t>(s)));
    }
    return Errno::OK;
}

Errno proc_net_dev(ProcText& to, const Task& t, const Inode&) {
    if (!t.nsproxy) return Errno::ENOENT;
    const NetNs& net = *t.nsproxy->net_ns;
    to.print("Inter-|   Receive                                                |  Transmit\n"
             " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
             "fifo colls carrier compressed\n");
    to.print("    lo:{8}{8}    0    0    0     0          0         0 {8}{8}    0    0    0     0       0   "
             "       0\n",
             net.lo_bytes, net.lo_packets, net.lo_bytes, net.lo_packets);
    return Errno::OK;
}

} // namespace forkproof
