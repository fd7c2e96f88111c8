// Datagrams: from one socket into another's queue, whole or not at all.
#include "kernel/files/operations.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

u32 smaller(u32 a, u32 b) { return a < b ? a : b; }

/// Copies between ring 3 and a datagram, up to the first byte that cannot be reached. EFAULT, ENOMEM.
template <class Copy>
Errno for_each_piece(SkBuff& message, UserAddr address, u32 size, Copy copy) {
    for (u32 done = 0; done < size;) {
        const u32 in_page = PAGE_SIZE - done % PAGE_SIZE;
        const u32 n = smaller(user_chunk(address + done, size - done), in_page);
        if (const Errno e = copy(message.page[done / PAGE_SIZE], done % PAGE_SIZE, address + done, n);
            e != Errno::OK)
            return e;
        done += n;
    }
    return Errno::OK;
}

/// A datagram with what ring 3 has there. Null: why stands in `error`.
SkBuff* make_datagram(UserAddr from, u32 size, Errno& error) {
    auto* message = create<SkBuff>();
    error = Errno::ENOMEM;
    if (!message) return nullptr;
    message->length = size;
    error = for_each_piece(*message, from, size, [](u8*& page, u32 offset, UserAddr at, u32 n) {
        if (!page) {
            const Pfn frame = alloc_frame(FrameUse::other);
            if (frame == Pfn::none) return Errno::ENOMEM;
            page = static_cast<u8*>(page_of(frame));
        }
        return copy_from_user(page + offset, at, n);
    });
    if (error == Errno::OK) return message;
    free_datagram(message);
    return nullptr;
}

void deliver(SkBuff& message, Socket& to) {
    queue_of(to).push_back(message);
    to.waiting++;
    wake_up(to.wait);
}

/// Who gets it: the one that is named, or the peer. ECONNREFUSED, ENOTCONN, EPERM; EISCONN is no error here.
Result<Socket*> unix_receiver(Socket& s, const SockAddress* address) {
    Socket* to = s.peer;
    if (address) {
        if (const Errno e = check_unix_address(*address); e != Errno::OK)
            return e == Errno::EOPNOTSUPP ? Errno::ENOENT : e;
        to = find_unix_socket(*s.net, SOCK_DGRAM, *address);
        if (!to) return Errno::ECONNREFUSED;
    }
    if (!to) return Errno::ENOTCONN;
    if (to->closed) {
        s.peer = nullptr;
        s.state = SocketState::unconnected;
        put_socket(to);
        return Errno::ECONNREFUSED;
    }
    if (to->peer && to->peer != &s) return Errno::EPERM;
    return to->receives ? Result<Socket*>(to) : Result<Socket*>(Errno::EPIPE);
}

i32 unix_send(Socket& s, SkBuff& message, const SockAddress* address, bool wait) {
    for (;;) {
        const Result<Socket*> to = unix_receiver(s, address);
        if (!to.ok()) return negative(to.error());
        if (to.value()->waiting < MOST_WAITING || to.value()->peer == &s) {
            message.from = s.name;
            deliver(message, *to.value());
            return static_cast<i32>(message.length);
        }
        // The receiver may be gone when there is room: it is looked for again.
        if (const Errno e = wait_for_socket(socket_room, wait); e != Errno::OK) return negative(e);
    }
}

constexpr u32 HEADERS = 20 + 8; ///< of IP and UDP

/// To nobody, or to a full queue, it is lost; who is connected hears of the former (linux-2.6.33 udp_err).
i32 inet_send(Socket& s, SkBuff& message, const SockAddress& address) {
    InetPlace from;
    const Result<Socket*> to = inet_receiver(s, address, from);
    if (!to.ok()) return negative(to.error());
    const auto size = static_cast<i32>(message.length);
    message.from = address_of(from);
    s.net->lo_packets++;
    s.net->lo_bytes += message.length + HEADERS;
    if (to.value() && to.value()->waiting < SOMAXCONN) {
        deliver(message, *to.value());
    } else {
        if (!to.value() && s.state == SocketState::connected) s.error = Errno::ECONNREFUSED;
        free_datagram(&message);
    }
    return size;
}

Errno take_error(Socket& s) {
    const Errno e = s.error;
    s.error = Errno::OK;
    return e;
}

} // namespace

void free_datagram(SkBuff* message) {
    message->node.unlink();
    for (u8* page : message->page)
        if (page) put_frame(pfn(to_physical(page)));
    destroy(message);
}

i32 datagram_send(Socket& s, UserAddr from, u32 size, const SockAddress* to, bool wait) {
    const bool inet = s.family == AF_INET;
    if (size > MAX_DATAGRAM) return negative(Errno::EMSGSIZE);
    if (inet)
        if (const Errno e = take_error(s); e != Errno::OK) return negative(e);
    if (!s.sends) {
        send_signal(*current(), SIGPIPE, false);
        return negative(Errno::EPIPE);
    }
    if (inet) // first of all, also where it goes nowhere (linux-2.6.33 inet_sendmsg)
        if (const Errno e = inet_autobind(s); e != Errno::OK) return negative(e);
    SockAddress connected;
    if (inet && !to) {
        if (s.state != SocketState::connected) return negative(Errno::EDESTADDRREQ);
        connected = address_of(s.there);
        to = &connected;
    }
    Errno error;
    SkBuff* message = make_datagram(from, size, error);
    if (!message) return negative(error);
    const i32 answer = inet ? inet_send(s, *message, *to) : unix_send(s, *message, to, wait);
    if (answer < 0) free_datagram(message);
    return answer;
}

i32 datagram_receive(Socket& s, UserAddr to, u32 size, bool wait, SockAddress* sender) {
    SkBuff* message = nullptr;
    for (;;) {
        if (const Errno e = take_error(s); e != Errno::OK) return negative(e);
        message = queue_of(s).front();
        if (message) break;
        if (!s.receives) return 0;
        if (const Errno e = wait_for_socket(s.wait, wait); e != Errno::OK) return negative(e);
    }
    message->node.unlink();
    s.waiting--;
    wake_up(socket_room);
    const u32 length = smaller(message->length, size); // the rest is lost
    const Errno e = for_each_piece(*message, to, length, [](const u8* page, u32 offset, UserAddr at, u32 n) {
        return copy_to_user(at, page + offset, n);
    });
    if (sender) *sender = message->from;
    free_datagram(message);
    return e == Errno::OK ? static_cast<i32>(length) : negative(e);
}

} // namespace forkproof
