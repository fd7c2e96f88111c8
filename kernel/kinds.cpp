// The only file of kernel/mm that sees the types that are allocated: it knows their sizes and nothing else of
// them.
#include "kernel/arch/thread.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/files/file.hpp"
#include "kernel/files/inode.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/namespaces/nsproxy.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

constexpr u32 kind_sizes[KIND_COUNT] = {
#define X(name, type, text) sizeof(type),
    FORKPROOF_KINDS(X)
#undef X
};

namespace {
#define X(name, type, text)                                                                                  \
    static_assert(sizeof(type) <= 2000 && alignof(type) <= 16, text " does not fit a slab well");
FORKPROOF_KINDS(X)
#undef X
} // namespace

} // namespace forkproof
