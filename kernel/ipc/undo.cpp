#include "kernel/ipc/undo.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

UndoList* create_undo_list(IpcNs* ns) {
    auto* list = static_cast<UndoList*>(kmem_alloc(Kind::undo)); // all of it is written here, once
    if (!list) return nullptr;
    list->count = 1;
    get_ipc_ns(ns);
    list->ipc_ns = ns;
    return list;
}

void put_undo_list(UndoList* list) {
    if (--list->count != 0) return;
    put_ipc_ns(list->ipc_ns);
    destroy(list);
}

} // namespace forkproof
