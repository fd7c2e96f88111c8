// The texts of /proc/net/unix, udp and dev, handed to a sink piece by piece (linux-2.6.33 unix_seq_show,
// udp4_format_sock, dev_seq_printf_stats).
#pragma once
#include "kernel/lib/print.hpp"
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

/// A line for each socket of AF_UNIX in the namespace, in the order in which they were made.
void print_net_unix(const NetNs& net, TextSink sink, void* to);
/// The same for those of AF_INET that have a port.
void print_net_udp(const NetNs& net, TextSink sink, void* to);
/// The namespace's devices: lo, and what has gone through it.
void print_net_dev(const NetNs& net, TextSink sink, void* to);

} // namespace forkproof
