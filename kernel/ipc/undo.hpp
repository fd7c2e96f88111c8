// kernel/ipc/ is System V's corner: semaphore sets (sem.hpp), and what a task would have to undo on them when
// it dies, which is what CLONE_SYSVSEM shares.
#pragma once
#include "kernel/namespaces/nsproxy.hpp"

namespace forkproof {

inline constexpr u32 SEMMSL = 250; ///< semaphores in a set, at most (linux-2.6.33 linux/sem.h)

/// The adjustments of one undo list to one set (linux-2.6.33 sem_undo). It goes with the first of the two.
struct SemUndo {
    ListNode node;     ///< in UndoList::entries
    ListNode set_node; ///< in SemSet::undos
    SemSet* set = nullptr;
    i16 adjustment[SEMMSL] = {}; ///< what is added to each value in the end
};

/// What a task would have to undo on semaphores when it dies (sem_undo_list). Tasks made with CLONE_SYSVSEM
/// share one; it speaks of the sets of one ipc namespace.
struct UndoList {
    u32 count = 1;
    IpcNs* ipc_ns = nullptr; ///< counted
    List<SemUndo, &SemUndo::node> entries;
};

/// An empty list for this namespace, count 1; null if memory is out.
[[nodiscard]] UndoList* create_undo_list(IpcNs* ns);
/// Drops one count; the last one adds the adjustments to the values, wakes who can go on now, and frees the
/// list with its entries (linux-2.6.33 exit_sem).
void put_undo_list(UndoList* list);

/// What a semop has made for its SEM_UNDO, and gives back if it fails.
struct MadeForUndo {
    bool list = false, entry = false;
};
/// The caller's entry for this set; the entry and the caller's list are made if they are missing. Null if
/// memory is out: nothing has been made then.
[[nodiscard]] SemUndo* find_or_make_undo(SemSet& set, MadeForUndo& made);
/// Gives back what a failed call has made: the entry, unless it is null or has been used by another thread in
/// the meantime, and the list, if it is empty.
void forget_undo(SemUndo* entry, MadeForUndo made);
/// Unlinks the entry from its list and its set, and frees it.
void destroy_undo(SemUndo& entry);

} // namespace forkproof
