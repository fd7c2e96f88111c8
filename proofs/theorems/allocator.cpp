// allocator: the real bodies of kmem_alloc, kmem_free, alloc_frame and put_frame do what the contracts say
// that stand for them elsewhere (world/contracts.cpp): what is given out was free, is alive from then on, and
// belongs to nobody else; what is given back is free; a double free, another kind or a stranger's pointer is
// a panic.
#include "proofs/theorems/theorems.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t NO_OBJECT = 0xffff, POISON = 0x6b6b6b6b, PAGE = 4096, SMALL = 1U << 20,
                        MOST_OBJECTS = 128; // kernel/mm/cache.cpp

/// Everything that a path has written besides these bytes, and the stack, is as before.
void nothing_but(Scene& scene, const Path& path, const std::vector<Place>& changed) {
    auto among = [&](std::uint32_t byte) {
        for (const Place& p : changed)
            if (byte - p.address < p.size) return true;
        return false;
    };
    for (const auto& [address, written] : path.state.memory.written()) {
        const auto* region = scene.world().region_at(address);
        if (region && region->second.name == "stack") continue;
        if (const auto* block = path.state.memory.block_at(address); block && block->second.fresh) continue;
        if (region &&
            region->second.name == "frames" && // the entry of a frame that this path has taken or given
            path.state.memory.blocks.contains(
                page_address((address - region->first) / scene.world().layouts().size_of("Frame"))))
            continue;
        std::uint32_t mask = 0;
        for (std::uint32_t i = 0; i < 4; i++)
            if (!among(address + i)) mask |= 0xffU << (8 * i);
        if (mask != 0)
            scene.equal(path, scene.world().name_of(address) + " (should be as before)",
                        written.value & word32(mask), scene.world().initial(address) & word32(mask), address);
    }
}

Word now(const Path& path, const Place& place) { return path.state.memory.peek(place.address, place.size); }

/// A cache with one slab under observation, and perhaps another beside it.
struct CacheScene {
    Scene& scene;
    World& world;
    unsigned kind;
    std::string name;
    Place cache, slab, beside;
    std::uint32_t first_object, object_size, capacity;

    CacheScene(MachineProof& proof, unsigned kind_number, const std::string& kind_name,
               const std::string& what)
        : scene(proof.scene(kind_name + ": " + what)), world(scene.world()), kind(kind_number),
          name(kind_name) {
        panics_are_violations(scene);
        use_frame_contracts(scene);
        add_frame_table(scene);
        const std::string type = world.layouts().type_of_variable("caches");
        cache = world.field(world.global("caches"), fmt::format("[{}]", kind));
        const std::uint32_t wanted = world.layouts().size_of(type_of_kind(name));
        object_size = (wanted + 15) / 16 * 16; // OBJECT_ALIGNMENT
        first_object = (world.layouts().size_of("Slab") + 15) / 16 * 16;
        capacity = std::min((PAGE - first_object) / object_size, MOST_OBJECTS);
        slab = make_slab("slab");
        beside = make_slab("another slab");
        scene.reproduce = [](const auto&) { return "build/bin/unit-tests --gtest_filter='Cache*'"; };
    }

    Place of(const Place& p, const std::string& path) const { return world.field(p, path); }
    Word before(const Place& p) const { return world.get(p); }
    Place object(std::uint32_t index) const {
        return {slab.address + first_object + index * object_size, "", object_size};
    }
    [[nodiscard]] Truth live(const Path* path, std::uint32_t index) const {
        const Place alive = alive_of(index);
        return !eq(path ? now(*path, alive) : before(alive), Word(8, 0));
    }
    [[nodiscard]] Place alive_of(std::uint32_t index) const {
        return of(slab, fmt::format("alive[{}]", index));
    }
    /// The next free object is named in the first two bytes of a free one.
    [[nodiscard]] Place next_of(std::uint32_t index) const { return {object(index).address, "", 2}; }

  private:
    Place make_slab(const std::string& called) {
        const std::uint32_t pfn = add_frame(scene, called);
        world.set(world.field(frame_entry(world, pfn), "count"), 1);
        const Place page{page_address(pfn), "Slab", world.layouts().size_of("Slab")};
        world.set(of(page, "self"), page.address);
        world.set(of(page, "kind"), kind);
        world.set(of(page, "object_size"), object_size);
        world.set(of(page, "capacity"), capacity);
        scene.assume("a slab counts its living objects",
                     ult(zext(before(of(page, "live")), 32), word32(capacity + 1)));
        return page;
    }
};

/// These nodes, the list's head first, are linked in one ring, forwards and backwards.
void in_one_ring(CacheScene& c, const Path& path, const std::vector<Place>& nodes) {
    std::uint32_t at = nodes.front().address;
    for (std::size_t i = 0; i < nodes.size(); i++) {
        const std::uint32_t next = path.state.address(now(path, {at, "", 4}));
        c.scene.check(
            path, "the list with room holds the slabs with room",
            std::any_of(nodes.begin(), nodes.end(), [&](const Place& n) { return n.address == next; }));
        c.scene.equal(path, "the way back in the list with room", now(path, {next + 4, "", 4}), word32(at));
        at = next;
        c.scene.check(path, "each slab with room is on the list once",
                      (at == nodes.front().address) == (i + 1 == nodes.size()));
    }
}

/// Which objects of a slab are looked at: all in the full check; else the first, the last, and some between.
std::vector<std::uint32_t> indices(CacheScene& c) {
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t i = 0; i < c.capacity; i++)
        if (c.scene.proof().setting().full || i < 2 || i % 32 == 31 || i % 32 == 0 || i + 1 == c.capacity)
            chosen.push_back(i);
    return chosen;
}

void alloc_from_slab(MachineProof& proof, unsigned kind, const std::string& name) {
    CacheScene c(proof, kind, name, "a slab has room");
    c.world.ring({c.of(c.cache, "with_room.head"), c.of(c.slab, "node")});
    for (const std::uint32_t i : indices(c)) {
        State from = c.scene.start();
        from.memory.poke(c.of(c.slab, "first_free").address, Word(16, i));
        from.assume((!c.live(nullptr, i)).expr(proof.z3()));
        proof.assumption("a slab's first free object is one of its own, and not alive");
        for (const Path& path : c.scene.call_from(from, "kmem_alloc", {word32(kind)})) {
            const Word next = c.before(c.next_of(i));
            c.scene.equal(path, "the object", path.state.get(Reg::eax), word32(c.object(i).address));
            c.scene.equal(path, "slab->first_free", now(path, c.of(c.slab, "first_free")), next);
            const Place alive = c.alive_of(i);
            c.scene.equal(path, "slab->alive", now(path, alive), Word(8, 1));
            c.scene.equal(path, "slab->live", now(path, c.of(c.slab, "live")),
                          c.before(c.of(c.slab, "live")) + Word(16, 1));
            c.scene.equal(path, "the cache's live", now(path, c.of(c.cache, "live")),
                          c.before(c.of(c.cache, "live")) + word32(1));
            // A slab that is full now leaves the list.
            const Truth full = eq(next, Word(16, NO_OBJECT));
            const Place head = c.of(c.cache, "with_room.head.next");
            c.scene.equal(path, "the first slab with room", now(path, head),
                          ite(full, word32(c.of(c.cache, "with_room.head").address),
                              word32(c.of(c.slab, "node").address)));
            const Place node = c.of(c.slab, "node");
            for (const std::uint32_t way : {0U, 4U}) // next, prev
                c.scene.equal(
                    path, "a full slab is on no list", now(path, {node.address + way, "", 4}),
                    ite(full, word32(node.address), word32(c.of(c.cache, "with_room.head").address)));
            c.scene.equal(path, "the last slab with room", now(path, {head.address + 4, "", 4}),
                          now(path, head));
            nothing_but(c.scene, path,
                        {c.of(c.slab, "first_free"), alive, c.of(c.slab, "live"), c.of(c.cache, "live"),
                         c.of(c.cache, "with_room"), c.of(c.slab, "node")});
        }
    }
}

void alloc_new_slab(MachineProof& proof, unsigned kind, const std::string& name) {
    CacheScene c(proof, kind, name, "no slab has room");
    c.world.empty_list(c.of(c.cache, "with_room.head"));
    c.world.empty_list(c.of(c.cache, "slabs.head"));
    const std::vector<Path> paths = c.scene.call("kmem_alloc", {word32(kind)});
    bool failed = false, made = false;
    for (const Path& path : paths) {
        const State& s = path.state;
        if (s.memory.blocks.empty()) {
            failed = true;
            c.scene.equal(path, "without memory", s.get(Reg::eax), word32(0));
            nothing_but(c.scene, path, {});
            continue;
        }
        made = true;
        const Place slab{s.memory.blocks.begin()->first, "Slab", 0};
        c.scene.equal(path, "the object", s.get(Reg::eax), word32(slab.address + c.first_object));
        auto is = [&](const char* field, std::uint64_t value) {
            const Place place = c.of(slab, field);
            c.scene.equal(path, fmt::format("new slab->{}", field), now(path, place),
                          Word(place.size * 8, value));
        };
        is("self", slab.address);
        is("kind", kind);
        is("object_size", c.object_size);
        is("capacity", c.capacity);
        is("live", 1);
        is("first_free", c.capacity > 1 ? 1 : NO_OBJECT);
        for (std::uint32_t i = 0; i < MOST_OBJECTS; i++)
            is(fmt::format("alive[{}]", i).c_str(), i == 0 ? 1 : 0);
        for (std::uint32_t i = 1; i < c.capacity; i++)
            c.scene.equal(path, "the chain of free objects",
                          now(path, {slab.address + c.first_object + i * c.object_size, "", 2}),
                          Word(16, i + 1 < c.capacity ? i + 1 : NO_OBJECT));
        auto alone_on = [&](const char* list, const char* node) {
            const Place head = c.of(c.cache, list), link = c.of(slab, node);
            const bool on_it = c.capacity > 1 || std::string_view(node) == "all";
            const Place &first = on_it ? link : head, &second = on_it ? head : link;
            for (const std::uint32_t way : {0U, 4U}) { // next, prev
                c.scene.equal(path, fmt::format("the cache's {}", list),
                              now(path, {head.address + way, "", 4}), word32(first.address));
                c.scene.equal(path, fmt::format("new slab->{}", node), now(path, {link.address + way, "", 4}),
                              word32(second.address));
            }
        };
        alone_on("slabs.head", "all");
        alone_on("with_room.head", "node");
        constexpr std::uint32_t SLAB = 5; // kernel/mm/frame.hpp FrameUse
        const Place use = c.of(frame_entry(c.world, frame_number(slab.address)), "use");
        c.scene.equal(path, "the use of the slab's frame", now(path, use), Word(8, SLAB));
        nothing_but(c.scene, path, {c.cache});
    }
    c.scene.check({c.scene.start(), Ending::returned, ""}, "memory may be out, or not",
                  proof.replaying() || (failed && made));
}

enum class Neighbours : std::uint8_t { none, one };

void free_object(MachineProof& proof, unsigned kind, const std::string& name, Neighbours neighbours) {
    const bool alone = neighbours == Neighbours::none;
    CacheScene c(proof, kind, name, alone ? "freed into the only slab" : "freed beside a slab with room");
    const Word first = c.before(c.of(c.slab, "first_free"));
    const Truth full = eq(first, Word(16, NO_OBJECT));
    c.scene.assume("the object is one of the slab's and alive",
                   ult(Word(16, 0), c.before(c.of(c.slab, "live"))));
    // A full slab is on no list of slabs with room.
    const Place head = c.of(c.cache, "with_room.head"), node = c.of(c.slab, "node"),
                other = c.of(c.beside, "node");
    for (const bool is_full : {false, true}) {
        State from = c.scene.start();
        const auto part = c.scene.when({from, Ending::returned, ""}, is_full ? full : !full);
        if (!part) continue;
        from = part->state;
        std::vector<Place> ring = {head};
        if (!is_full) ring.push_back(node);
        if (!alone) ring.push_back(other);
        for (std::size_t i = 0; i < ring.size(); i++) {
            from.memory.poke(ring[i].address, word32(ring[(i + 1) % ring.size()].address));
            from.memory.poke(ring[(i + 1) % ring.size()].address + 4, word32(ring[i].address));
        }
        if (is_full) {
            from.memory.poke(node.address, word32(node.address));
            from.memory.poke(node.address + 4, word32(node.address));
        }
        for (const Place& p : {c.of(c.slab, "all"), c.of(c.cache, "slabs.head")}) {
            const Place& q =
                p.address == c.of(c.slab, "all").address ? c.of(c.cache, "slabs.head") : c.of(c.slab, "all");
            from.memory.poke(p.address, word32(q.address));
            from.memory.poke(p.address + 4, word32(q.address));
        }
        for (const std::uint32_t i : indices(c)) {
            State alive = from;
            alive.assume(c.live(nullptr, i).expr(proof.z3()));
            for (const Path& at :
                 c.scene.call_from(alive, "kmem_free", {word32(kind), word32(c.object(i).address)})) {
                const bool gone = !at.state.memory.blocks.empty();
                const Truth empty = eq(c.before(c.of(c.slab, "live")), Word(16, 1));
                c.scene.prove(at, "a slab goes back exactly if it is empty and another has room",
                              gone ? empty && Truth(!alone) : !empty || Truth(alone));
                c.scene.equal(at, "the cache's live", now(at, c.of(c.cache, "live")),
                              c.before(c.of(c.cache, "live")) - word32(1));
                if (gone) {
                    // It has left both lists of its cache.
                    for (const char* list : {"slabs.head.next", "slabs.head.prev"})
                        c.scene.equal(at, list, now(at, c.of(c.cache, list)),
                                      word32(c.of(c.cache, "slabs.head").address));
                    for (const char* list : {"with_room.head.next", "with_room.head.prev"})
                        c.scene.equal(at, list, now(at, c.of(c.cache, list)), word32(other.address));
                    in_one_ring(c, at, {head, other});
                    nothing_but(c.scene, at,
                                {c.cache, node, other, c.of(c.slab, "all"), {c.slab.address, "", PAGE}});
                    continue;
                }
                in_one_ring(c, at,
                            alone ? std::vector<Place>{head, node} : std::vector<Place>{head, node, other});
                const Place alive_byte = c.alive_of(i);
                c.scene.equal(at, "slab->alive", now(at, alive_byte), Word(8, 0));
                c.scene.equal(at, "slab->first_free", now(at, c.of(c.slab, "first_free")), Word(16, i));
                for (std::uint32_t n = 4; n < 16; n += 4)
                    c.scene.equal(at, "poison in the freed object", now(at, {c.object(i).address + n, "", 4}),
                                  word32(POISON));
                c.scene.equal(at, "poison in the freed object", now(at, {c.object(i).address + 2, "", 2}),
                              Word(16, POISON >> 16));
                c.scene.equal(at, "the freed object's link", now(at, c.next_of(i)), first);
                c.scene.equal(at, "slab->live", now(at, c.of(c.slab, "live")),
                              c.before(c.of(c.slab, "live")) - Word(16, 1));
                nothing_but(c.scene, at,
                            {c.of(c.slab, "first_free"),
                             alive_byte,
                             c.of(c.slab, "live"),
                             c.of(c.cache, "live"),
                             head,
                             node,
                             other,
                             c.of(c.slab, "all"),
                             c.of(c.cache, "slabs.head"),
                             {c.object(i).address, "", 16}});
            }
        }
    }
}

/// Every path of kmem_free ends in a panic.
void panics(CacheScene& c, const std::string& what, const State& from, std::uint32_t kind,
            std::uint32_t object) {
    for (const Path& path : c.scene.executor().call(
             from, c.scene.proof().image().function("kmem_free").address, {word32(kind), word32(object)}))
        c.scene.check({path.state, Ending::returned, ""}, what + " is a panic",
                      path.ending == Ending::violation && path.why.starts_with("PANIC: kmem_free"));
}

void wrong_frees(MachineProof& proof, unsigned kind, const std::string& name) {
    CacheScene c(proof, kind, name, "wrong frees");
    if (proof.replaying()) return;
    State from = c.scene.start();
    from.assume((!c.live(nullptr, 0)).expr(proof.z3()));
    panics(c, "a second free", from, kind, c.object(0).address);
    State alive = c.scene.start();
    alive.assume(c.live(nullptr, 0).expr(proof.z3()));
    panics(c, "a free as another kind", alive, kind == 0 ? 1 : 0, c.object(0).address);
    panics(c, "a free of the middle of an object", alive, kind, c.object(0).address + 4);
    panics(c, "a free of a slab's head", alive, kind, c.slab.address + 4);
    panics(c, "a free behind the last object", alive, kind, c.object(c.capacity).address);
    alive.memory.poke(c.of(c.slab, "self").address, word32(0));
    panics(c, "a free in a page that is no slab", alive, kind, c.object(0).address);
}

/// The frame table with one frame under observation.
struct FrameScene {
    Scene& scene;
    World& world;
    Place totals, first_free, entry;
    std::uint32_t pfn;

    FrameScene(MachineProof& proof, const std::string& title)
        : scene(proof.scene(title)), world(scene.world()), totals(world.global("totals")),
          first_free(world.global("first_free@kernel/mm/frame.cpp")) {
        panics_are_violations(scene);
        add_frame_table(scene);
        pfn = add_frame(scene, "a frame");
        entry = frame_entry(world, pfn);
        scene.reproduce = [](const auto&) { return "build/bin/unit-tests --gtest_filter='Frame*'"; };
    }
    Place of(const Place& p, const std::string& path) const { return world.field(p, path); }
    Word before(const Place& p) const { return world.get(p); }
    void is(const Path& path, const Place& place, const Word& value) const {
        scene.equal(path, world.name_of(place.address), now(path, place), value, place.address);
    }
    Place used(std::uint64_t use) const { return of(totals, fmt::format("used[{}]", use)); }
};

constexpr std::uint32_t FRAME_RESERVE = 64, USES = 7, RESERVED = 1;

void alloc_frame(MachineProof& proof) {
    FrameScene f(proof, "any use, from the reserve or not");
    f.world.set(f.first_free, f.pfn);
    for (std::uint32_t use = 0; use < USES; use++)
        for (const std::uint32_t reserve : {0U, 1U})
            for (const Path& path : f.scene.call("alloc_frame", {word32(use), word32(reserve)})) {
                const Word free = f.before(f.of(f.totals, "free"));
                const Truth out = ult(free, word32(reserve ? 1 : FRAME_RESERVE + 1));
                f.scene.equal(path, "the frame", path.state.get(Reg::eax),
                              ite(out, word32(0), word32(f.pfn)));
                auto changes = [&](const Place& place, const Word& value) {
                    f.is(path, place, ite(out, f.before(place), value));
                };
                changes(f.first_free, f.before(f.of(f.entry, "link")));
                changes(f.of(f.entry, "count"), word32(1));
                changes(f.of(f.entry, "link"), word32(0));
                changes(f.of(f.entry, "use"), Word(8, use));
                changes(f.of(f.totals, "free"), free - word32(1));
                changes(f.used(use), f.before(f.used(use)) + word32(1));
                nothing_but(f.scene, path,
                            {f.first_free, f.of(f.entry, "count"), f.of(f.entry, "link"),
                             f.of(f.entry, "use"), f.of(f.totals, "free"), f.used(use)});
            }
}

void put_frame(MachineProof& proof) {
    for (std::uint32_t use = 0; use < USES; use++) {
        if (use == RESERVED) continue;
        FrameScene f(proof, fmt::format("a frame of use {}", use));
        f.world.set(f.of(f.entry, "use"), use);
        for (const Path& path : f.scene.call("put_frame", {word32(f.pfn)})) {
            const Word count = f.before(f.of(f.entry, "count"));
            const Truth last = eq(count, word32(1));
            auto changes = [&](const Place& place, const Word& value) {
                f.is(path, place, ite(last, value, f.before(place)));
            };
            f.is(path, f.of(f.entry, "count"), count - word32(1));
            changes(f.used(use), f.before(f.used(use)) - word32(1));
            changes(f.of(f.totals, "free"), f.before(f.of(f.totals, "free")) + word32(1));
            changes(f.of(f.entry, "use"), Word(8, 0));
            changes(f.of(f.entry, "link"), f.before(f.first_free));
            changes(f.first_free, word32(f.pfn));
            nothing_but(f.scene, path,
                        {f.of(f.entry, "count"), f.used(use), f.of(f.totals, "free"), f.of(f.entry, "use"),
                         f.of(f.entry, "link"), f.first_free});
        }
        if (proof.replaying()) continue;
        State empty = f.scene.start(), reserved = empty;
        empty.memory.poke(f.of(f.entry, "count").address, word32(0));
        reserved.memory.poke(f.of(f.entry, "use").address, Word(8, RESERVED));
        for (const auto& [state, frame, what] :
             {std::tuple{empty, f.pfn, "of count 0"}, std::tuple{reserved, f.pfn, "that is reserved"},
              std::tuple{empty, SMALL, "that does not exist"}})
            for (const Path& path :
                 f.scene.executor().call(state, proof.image().function("put_frame").address, {word32(frame)}))
                f.scene.check({path.state, Ending::returned, ""},
                              fmt::format("put_frame of a frame {} is a panic", what),
                              path.ending == Ending::violation && path.why.starts_with("PANIC: put_frame"));
    }
}

template <class F>
Theorem for_each_kind(const char* name, const char* sentence, F f) {
    return machine_theorem(name, sentence, [f](MachineProof& proof) {
        check_kinds(proof);
        const auto& kinds = proof.layouts().enumerators("Kind");
        for (const auto& [kind, number] : kinds)
            if (kind != "count") f(proof, static_cast<unsigned>(number), kind);
    });
}

} // namespace

std::vector<Theorem> allocator_theorems() {
    return {for_each_kind("allocator/kmem_alloc",
                          "gives out an object that was free, or nothing if memory is out",
                          [](MachineProof& proof, unsigned kind, const std::string& name) {
                              alloc_from_slab(proof, kind, name);
                              alloc_new_slab(proof, kind, name);
                          }),
            for_each_kind("allocator/kmem_free", "makes a living object free; empty slabs go back",
                          [](MachineProof& proof, unsigned kind, const std::string& name) {
                              free_object(proof, kind, name, Neighbours::none);
                              free_object(proof, kind, name, Neighbours::one);
                          }),
            for_each_kind("allocator/wrong_frees",
                          "a double free, another kind, a stranger's pointer: a panic", wrong_frees),
            machine_theorem("allocator/alloc_frame",
                            "the first free frame, or none if only the reserve is left", alloc_frame),
            machine_theorem("allocator/put_frame",
                            "one count less; the last one frees; a free frame is a panic", put_frame)};
}

} // namespace forkproof::proofs
