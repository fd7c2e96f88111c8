#include "kernel/io/io_context.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

IoContext* create_io_context(u32 ioprio) {
    auto* context = create<IoContext>();
    if (context) context->ioprio = ioprio;
    return context;
}

void put_io_context(IoContext* c) {
    if (--c->count == 0) destroy(c);
}

} // namespace forkproof
