// Undo lists: who shares what to undo, and what happens when the last of them has gone (linux-2.6.33
// ipc/sem.c: get_undo_list, find_alloc_undo, exit_sem).
#include "kernel/arch/cpu.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

/// What is left of this value when so much is added at an exit: there is nobody to tell of an error.
u16 adjusted(u16 value, i16 by) {
    const i32 sum = value + by;
    if (sum < 0) return 0;
    return static_cast<u16>(sum > SEMVMX ? SEMVMX : sum);
}

void undo_operations(const SemUndo& entry) {
    SemSet& set = *entry.set;
    const u16 pid = sem_pid();
    for (u32 i = 0; i < set.nsems; i++) {
        if (entry.adjustment[i] == 0) continue;
        set.value[i] = adjusted(set.value[i], entry.adjustment[i]);
        set.pid[i] = pid;
    }
    set.otime = rdtsc();
    serve_waiters(set);
}

bool is_blank(const SemUndo& entry) {
    for (const i16 a : entry.adjustment)
        if (a != 0) return false;
    for (const SemWait& w : entry.set->waiting)
        if (w.undo == &entry) return false;
    return true;
}

} // namespace

UndoList* create_undo_list(IpcNs* ns) {
    auto* list = static_cast<UndoList*>(kmem_alloc(Kind::undo)); // all of it is written here, once
    if (!list) return nullptr;
    list->count = 1;
    list->entries.init();
    get_ipc_ns(ns);
    list->ipc_ns = ns;
    return list;
}

void put_undo_list(UndoList* list) {
    if (--list->count != 0) return;
    while (SemUndo* entry = list->entries.front()) {
        undo_operations(*entry);
        destroy_undo(*entry);
    }
    put_ipc_ns(list->ipc_ns);
    destroy(list);
}

SemUndo* find_or_make_undo(SemSet& set, MadeForUndo& made) {
    Task& me = *current();
    if (me.sysvsem)
        for (SemUndo& entry : me.sysvsem->entries)
            if (entry.set == &set) return &entry;
    auto* entry = create<SemUndo>();
    if (!entry) return nullptr;
    if (!me.sysvsem) {
        me.sysvsem = create_undo_list(me.nsproxy->ipc_ns);
        if (!me.sysvsem) {
            destroy(entry);
            return nullptr;
        }
        made.list = true;
    }
    made.entry = true;
    entry->set = &set;
    me.sysvsem->entries.push_front(*entry);
    set.undos.push_back(*entry);
    return entry;
}

void forget_undo(SemUndo* entry, MadeForUndo made) {
    if (entry && made.entry && is_blank(*entry)) destroy_undo(*entry);
    UndoList*& list = current()->sysvsem;
    if (!made.list || !list->entries.empty()) return;
    put_undo_list(list);
    list = nullptr;
}

void destroy_undo(SemUndo& entry) {
    entry.node.unlink();
    entry.set_node.unlink();
    destroy(&entry);
}

} // namespace forkproof
