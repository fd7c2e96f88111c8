#include "kernel/mm/cache.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

namespace {

constexpr u32 OBJECT_ALIGNMENT = 16; // FXSAVE's; the strictest that any kind needs
constexpr u16 NO_OBJECT = 0xffff;
constexpr u32 MOST_OBJECTS = 128; ///< in one slab; of the smallest kinds a page could hold more

/// The head of a slab page; its objects follow. A free object's first two bytes name the next free one.
struct Slab {
    ListNode node;    ///< in the cache's list of slabs that have room
    ListNode all;     ///< in the cache's list of all slabs
    const Slab* self; ///< its own address: how kmem_free tells a slab from any other page
    Kind kind;
    u16 object_size, capacity;
    u16 first_free;
    u16 live;
    bool alive[MOST_OBJECTS];
    u16 marks[MOST_OBJECTS]; ///< the checker's word for each object
};

struct Cache {
    List<Slab, &Slab::node> with_room;
    List<Slab, &Slab::all> slabs;
    u32 live = 0;
};
constinit Cache caches[KIND_COUNT] = {};

constexpr u32 FIRST_OBJECT = (sizeof(Slab) + OBJECT_ALIGNMENT - 1) & ~(OBJECT_ALIGNMENT - 1);

u32 object_size(Kind kind) {
    return (kind_sizes[static_cast<int>(kind)] + OBJECT_ALIGNMENT - 1) & ~(OBJECT_ALIGNMENT - 1);
}
u32 objects_per_slab(Kind kind) {
    const u32 n = (PAGE_SIZE - FIRST_OBJECT) / object_size(kind);
    return n < MOST_OBJECTS ? n : MOST_OBJECTS;
}

u8* object_at(Slab& slab, u32 index) {
    return reinterpret_cast<u8*>(&slab) + FIRST_OBJECT + index * slab.object_size;
}
u16& next_free(Slab& slab, u32 index) { return *reinterpret_cast<u16*>(object_at(slab, index)); }

/// A slab's objects from the first to the last are free, in that order.
Slab* new_slab(Kind kind) {
    const Pfn frame = alloc_frame(FrameUse::slab);
    if (frame == Pfn::none) return nullptr;
    Slab* slab = new (page_of(frame)) Slab{};
    const u32 n = objects_per_slab(kind);
    slab->self = slab;
    slab->kind = kind;
    slab->object_size = static_cast<u16>(object_size(kind));
    slab->capacity = static_cast<u16>(n);
    for (u32 i = 0; i < n; i++) next_free(*slab, i) = static_cast<u16>(i + 1 < n ? i + 1 : NO_OBJECT);
    slab->first_free = 0;
    Cache& cache = caches[static_cast<int>(kind)];
    cache.with_room.push_back(*slab);
    cache.slabs.push_back(*slab);
    return slab;
}

/// The slab and index that a pointer means, or a null slab if it means no object of any kind.
struct Place {
    Slab* slab;
    u32 index;
};
Place place_in(Slab& slab, const void* object) {
    const u32 offset = static_cast<u32>(reinterpret_cast<std::uintptr_t>(object)) & (PAGE_SIZE - 1);
    if (offset < FIRST_OBJECT || (offset - FIRST_OBJECT) % slab.object_size != 0) return {nullptr, 0};
    const u32 index = (offset - FIRST_OBJECT) / slab.object_size;
    return {index < slab.capacity ? &slab : nullptr, index};
}
/// Of any pointer, wherever it points.
Place place_of(const void* object) {
    const u32 address = static_cast<u32>(reinterpret_cast<std::uintptr_t>(object));
    if (address < PAGE_OFFSET) return {nullptr, 0};
    const Pfn frame = pfn(to_physical(object));
    if (!frame_exists(frame) || frame_use(frame) != FrameUse::slab) return {nullptr, 0};
    return place_in(*static_cast<Slab*>(page_of(frame)), object);
}

// Apart from kmem_free, so that its way through costs nothing for what they would print.
[[noreturn, gnu::noinline, gnu::cold]] void panic_stranger(Kind kind, const void* object) {
    panic("kmem_free: {} is no {}", object, kind_names[static_cast<int>(kind)]);
}
[[noreturn, gnu::noinline, gnu::cold]] void panic_twice(Kind kind, const void* object) {
    panic("kmem_free: {} {} is freed twice", kind_names[static_cast<int>(kind)], object);
}

} // namespace

FORKPROOF_BOUNDARY void* kmem_alloc(Kind kind) {
    Cache& cache = caches[static_cast<int>(kind)];
    Slab* slab = cache.with_room.front();
    if (!slab) slab = new_slab(kind);
    if (!slab) return nullptr;
    const u32 index = slab->first_free;
    slab->first_free = next_free(*slab, index);
    if (slab->first_free == NO_OBJECT) slab->node.unlink();
    slab->alive[index] = true;
    slab->live++;
    cache.live++;
    return object_at(*slab, index);
}

FORKPROOF_BOUNDARY void kmem_free(Kind kind, void* object) {
    const Pfn frame = pfn(to_physical(object));
    Slab* page = static_cast<Slab*>(page_of(frame));
    if (!frame_exists(frame) || page->self != page || page->kind != kind) panic_stranger(kind, object);
    const Place place = place_in(*page, object);
    if (!place.slab) panic_stranger(kind, object);
    Slab& slab = *page;
    if (!slab.alive[place.index]) panic_twice(kind, object);
    for (u32 i = 0; i < POISONED_BYTES / sizeof(u32); i++) static_cast<u32*>(object)[i] = POISON;
    Cache& cache = caches[static_cast<int>(kind)];
    slab.alive[place.index] = false;
    if (slab.first_free == NO_OBJECT) cache.with_room.push_front(slab);
    next_free(slab, place.index) = slab.first_free;
    slab.first_free = static_cast<u16>(place.index);
    slab.live--;
    cache.live--;
    // An empty slab goes back, unless it is the only one with room: the next object would ask for it again.
    const bool only_one = cache.with_room.front() == cache.with_room.back();
    if (slab.live == 0 && !only_one) {
        slab.node.unlink();
        slab.all.unlink();
        put_frame(pfn(to_physical(&slab)));
    }
}

u32 live_objects(Kind kind) { return caches[static_cast<int>(kind)].live; }

bool is_live(Kind kind, const void* object) {
    const Place place = place_of(object);
    return place.slab && place.slab->kind == kind && place.slab->alive[place.index];
}

u16& checker_mark(const void* object) {
    const Place place = place_of(object);
    FORKPROOF_ASSERT(place.slab);
    return place.slab->marks[place.index];
}

void clear_checker_marks() {
    for (Cache& cache : caches)
        for (Slab& slab : cache.slabs) memset(slab.marks, 0, sizeof slab.marks);
}

void for_each_live(Kind kind, void (*visit)(void*, void*), void* context) {
    for (Slab& slab : caches[static_cast<int>(kind)].slabs)
        for (u32 i = 0; i < slab.capacity; i++)
            if (slab.alive[i]) visit(context, object_at(slab, i));
}

} // namespace forkproof
