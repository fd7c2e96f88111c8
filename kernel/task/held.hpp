// What a dying task gives back to the folders above, who implement these.
#pragma once
#include "kernel/lib/kinds.hpp"

namespace forkproof {

/// Drops one count; the last one closes every descriptor and frees the table (kernel/files/fdtable.cpp).
void put_files(Files* f);

/// Drops one count; with the last everything on the list is undone (kernel/ipc/undo.cpp, linux-2.6.33
/// exit_sem).
void put_undo_list(UndoList* list);
/// Drops one count; the last one gives the group back, too (kernel/cgroup/css_set.cpp).
void put_css_set(CssSet* set);

/// Wakes at most n tasks that wait for the word in this address space with a common bit; returns how many
/// (kernel/futex/futex.cpp).
u32 futex_wake(Mm& mm, UserAddr address, u32 n, u32 bitset = ~0U);

} // namespace forkproof
