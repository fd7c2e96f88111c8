// What /proc/net says of a namespace's sockets and of its loopback, in Linux's columns.
#include "kernel/net/proc_net.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/net/socket.hpp"

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

class Out {
  public:
    Out(TextSink sink, void* to) : sink_(sink), to_(to) {}
    template <class... A>
    void print(Text format, const A&... a) const {
        const Printable arguments[] = {Printable(a)..., Printable(0)};
        format_to(sink_, to_, format, arguments, sizeof...(A));
    }

  private:
    TextSink sink_;
    void* to_;
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
void print_name(const Out& out, const SockAddress& name) {
    constexpr u32 PATH_BEGINS = 2;
    if (name.length == 0) return;
    out.print(" ");
    for (u32 i = PATH_BEGINS; i < name.length; i++)
        out.print("{}", name.bytes[i] == 0 ? '@' : static_cast<char>(name.bytes[i]));
}

u32 bytes_waiting(const Socket& s) {
    u32 bytes = 0;
    for (const SkBuff& message : queue_of(const_cast<Socket&>(s))) bytes += message.length;
    return bytes;
}

/// An address as it stands in memory, in the network's order.
Hex wire(u32 address) { return Hex(__builtin_bswap32(address), 8); }

} // namespace

void print_net_unix(const NetNs& net, TextSink sink, void* to) {
    constexpr u32 SO_ACCEPTCON = 1U << 16; // linux/net.h
    constexpr u32 SS_UNCONNECTED = 1, SS_CONNECTING = 2, SS_CONNECTED = 3, SS_DISCONNECTING = 4;
    const Out out(sink, to);
    out.print("Num       RefCount Protocol Flags    Type St Inode Path\n");
    for (const Socket* s = next_socket(net, AF_UNIX, 0); s; s = next_socket(net, AF_UNIX, s->ino)) {
        const bool listens = s->state == SocketState::listening,
                   connected = s->state == SocketState::connected;
        const bool has_file = !s->closed && !const_cast<Socket*>(s)->pending_node.linked();
        const u32 state = has_file ? (connected ? SS_CONNECTED : SS_UNCONNECTED)
                                   : (connected ? SS_CONNECTING : SS_DISCONNECTING);
        out.print("{08x}: {} {} {} {} {} {5}", static_cast<u32>(reinterpret_cast<std::uintptr_t>(s)),
                  Hex(s->count, 8).text(), Hex(0, 8).text(), Hex(listens ? SO_ACCEPTCON : 0, 8).text(),
                  Hex(s->type, 4).text(), Hex(state, 2).text(), s->ino);
        print_name(out, s->name);
        out.print("\n");
    }
}

void print_net_udp(const NetNs& net, TextSink sink, void* to) {
    constexpr u32 TCP_ESTABLISHED = 1, TCP_CLOSE = 7; // net/tcp_states.h
    const Out out(sink, to);
    out.print("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
              "inode ref pointer drops\n");
    u32 line = 0;
    for (const Socket* s = next_socket(net, AF_INET, 0); s; s = next_socket(net, AF_INET, s->ino)) {
        if (s->here.port == 0) continue; // not hashed
        const u32 state = s->state == SocketState::connected ? TCP_ESTABLISHED : TCP_CLOSE;
        out.print("{4}: {}:{} {}:{} {} {}:{} 00:00000000 00000000 {5}        0 {} {} {08x} 0\n", line++,
                  wire(s->here.address).text(), Hex(s->here.port, 4).text(), wire(s->there.address).text(),
                  Hex(s->there.port, 4).text(), Hex(state, 2).text(), Hex(0, 8).text(),
                  Hex(bytes_waiting(*s), 8).text(), s->uid, s->ino, s->count,
                  static_cast<u32>(reinterpret_cast<std::uintptr_t>(s)));
    }
}

void print_net_dev(const NetNs& net, TextSink sink, void* to) {
    const Out out(sink, to);
    out.print("Inter-|   Receive                                                |  Transmit\n"
              " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
              "fifo colls carrier compressed\n");
    out.print("    lo:{8}{8}    0    0    0     0          0         0 {8}{8}    0    0    0     0       0   "
              "       0\n",
              net.lo_bytes, net.lo_packets, net.lo_bytes, net.lo_packets);
}

} // namespace forkproof
