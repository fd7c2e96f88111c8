#include "kernel/ipc/undo.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

UndoList* create_undo_list(IpcNs* ns) {
    auto* list = create<UndoList>();
    if (!list) return nullptr;
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
