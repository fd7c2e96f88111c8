// Object caches: fixed-size objects of the kinds in kinds.hpp, in slabs of one page that know which of their
// objects are alive. The checker enumerates the living; a freed object begins with POISON.
#pragma once
#include "kernel/lib/kinds.hpp"
#include <new>

namespace forkproof {

inline constexpr u32 POISON = 0x6b6b6b6b; // linux/poison.h POISON_FREE
/// How much of a freed object is filled: its count and its first pointers, and no more, for the sake of
/// speed.
inline constexpr u32 POISONED_BYTES = 16;

/// One object of this kind, contents undefined (poisoned); null if memory is out or an injected failure hits.
[[nodiscard]] void* kmem_alloc(Kind kind);
/// Gives an object back. A double free or a stranger's pointer is a panic.
void kmem_free(Kind kind, void* object);

/// Bytes of one object of each kind (kernel/kinds.cpp, where every type is complete).
extern const u32 kind_sizes[KIND_COUNT];

/// How many objects of this kind are alive.
[[nodiscard]] u32 live_objects(Kind kind);
/// Whether `object` is a living object of this kind.
[[nodiscard]] bool is_live(Kind kind, const void* object);
/// Calls visit(context, object) for each living object of the kind, in no order that means anything.
void for_each_live(Kind kind, void (*visit)(void* context, void* object), void* context);

/// A word beside each object for the checker and the digest: a tally of holders, a number. Object must be
/// live.
[[nodiscard]] u16& checker_mark(const void* object);
void clear_checker_marks();

/// Typed: allocates, and default-initialises by T's member initialisers.
template <class T>
[[nodiscard]] T* create() {
    void* memory = kmem_alloc(kind_of<T>);
    return memory ? new (memory) T : nullptr;
}
template <class T>
void destroy(T* object) {
    kmem_free(kind_of<T>, object);
}
template <class T>
[[nodiscard]] bool is_live(const T* object) {
    return is_live(kind_of<T>, object);
}

} // namespace forkproof
