// kernel/ipc/ is System V's corner: today the undo list that CLONE_SYSVSEM shares; semaphores come with the
// namespaces issue.
#pragma once
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

/// What a task would have to undo on semaphores when it dies (sem_undo_list). Tasks made with CLONE_SYSVSEM
/// share one; it speaks of the sets of one ipc namespace.
struct UndoList {
    u32 count = 1;
    IpcNs* ipc_ns = nullptr; ///< counted
};

/// An empty list for this namespace, count 1; null if memory is out.
[[nodiscard]] UndoList* create_undo_list(IpcNs* ns);
/// Drops one count; the last one frees the list.
void put_undo_list(UndoList* list);

} // namespace forkproof
