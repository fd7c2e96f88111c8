#include "proofs/world/clean_pools.hpp"
#include "proofs/world/contracts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096;
constexpr std::uint8_t FRAME_USE_TABLE = 3; // FrameUse::table

Place pool_of(World& world, const PoolKind& kind) { return world.global(kind.variable); }

/// Not a frame number: what the last page that the scene knows is linked to, if there are more.
Word beyond(const World& world, const PoolKind& kind) {
    return world.any(fmt::format("more {}", kind.variable));
}

void add_pool(Scene& scene, const PoolKind& kind, const PoolShape& shape) {
    World& world = scene.world();
    const Place pool = pool_of(world, kind);
    Place link = world.field(pool, "first");
    for (unsigned n = 0; n < shape.pages; n++) {
        const std::uint32_t frame = add_frame(scene, fmt::format("{}: page {}", kind.variable, n));
        world.set(link, frame);
        const Place entry = frame_entry(world, frame);
        world.set(world.field(entry, "count"), 1);
        world.set(world.field(entry, "use"), FRAME_USE_TABLE);
        for (std::uint32_t at = 0; at < PAGE; at += 4)
            world.set({page_address(frame) + at, "", 4},
                      at < kind.clean_bytes ? word32(0) : kernel_half(world, at));
        link = world.field(entry, "link");
    }
    world.set(link, shape.more ? beyond(world, kind) : word32(0));
    const Place size = world.field(pool, "size");
    if (!shape.more) return world.set(size, shape.pages);
    scene.assume("a pool holds at most 16 clean pages, as many as its size says",
                 ult(word32(shape.pages), world.get(size)) && ult(world.get(size), word32(POOL_LIMIT + 1)) &&
                     !is_zero(beyond(world, kind)));
}

/// The frames from the pool's first to the last that the scene knows. Ends early if they are no list.
std::vector<std::uint32_t> frames_of(const World& world, const PoolKind& kind, const Place& pool,
                                     const std::function<Word(const Place&)>& value) {
    std::vector<std::uint32_t> frames;
    Word next = value(world.field(pool, "first"));
    while (next.known() && !next.is(0) && !next.same(beyond(world, kind)) && frames.size() <= POOL_LIMIT) {
        frames.push_back(static_cast<std::uint32_t>(next.value()));
        next = value(world.field(frame_entry(world, frames.back()), "link"));
    }
    return frames;
}

void check_page(Scene& scene, const Path& path, const PoolKind& kind, std::uint32_t frame) {
    const World& world = scene.world();
    const Memory& memory = path.state.memory;
    const std::string name = fmt::format("a page in {}", kind.variable);
    scene.check(path, name + " is allocated", scene.is_live(path.state, page_address(frame), "frame"));
    const Place entry = frame_entry(world, frame);
    auto field = [&](const char* of) { return world.field(entry, of); };
    scene.equal(path, name + " is counted", memory.peek(field("count").address, 4), word32(1));
    scene.equal(path, name + " is a table's", memory.peek(field("use").address, 1), Word(8, FRAME_USE_TABLE));
    for (std::uint32_t at = 0; at < PAGE; at += 4) {
        const Word clean = at < kind.clean_bytes ? word32(0) : kernel_half(world, at);
        const Word got = memory.peek(page_address(frame) + at, 4);
        if (!got.same(clean)) scene.equal(path, name + " is clean", got, clean, page_address(frame) + at);
    }
}

} // namespace

Word kernel_half(const World& world, std::uint32_t offset) {
    return world.initial(world.image().symbol("swapper_pg_dir") + offset);
}

void add_clean_pools(Scene& scene, const PoolShape& tables, const PoolShape& pgds) {
    (void)scene.world().global("swapper_pg_dir");
    add_pool(scene, pool_kinds[0], tables);
    add_pool(scene, pool_kinds[1], pgds);
}

PoolFrames check_clean_pools(Scene& scene, const Path& path) {
    World& world = scene.world();
    PoolFrames all;
    for (const PoolKind& kind : pool_kinds) {
        if (!world.regions().contains(world.image().symbol(kind.variable))) continue;
        const Place pool = pool_of(world, kind), size = world.field(pool, "size");
        auto now = [&](const Place& p) { return path.state.memory.peek(p.address, p.size); };
        const auto before = frames_of(world, kind, pool, [&](const Place& p) { return world.get(p); });
        const auto after = frames_of(world, kind, pool, [&](const Place& p) {
            const Word link =
                now(p); // on a merged path it may have several values: whoever calls divides then
            return link.same(beyond(world, kind)) ? link : Word(32, path.state.resolve(link));
        });
        all.before.insert(before.begin(), before.end());
        for (const std::uint32_t frame : after) {
            scene.check(path, fmt::format("no page is twice in {}", kind.variable),
                        all.after.insert(frame).second);
            check_page(scene, path, kind, frame);
        }
        const Place last = after.empty() ? world.field(pool, "first")
                                         : world.field(frame_entry(world, after.back()), "link");
        const Place end = before.empty() ? world.field(pool, "first")
                                         : world.field(frame_entry(world, before.back()), "link");
        scene.equal(path, fmt::format("the end of {}", kind.variable), now(last), world.get(end));
        scene.equal(path, fmt::format("{}.size", kind.variable), now(size),
                    world.get(size) + word32(after.size()) - word32(before.size()));
        scene.prove(path, fmt::format("{} holds at most {} pages", kind.variable, POOL_LIMIT),
                    ult(now(size), word32(POOL_LIMIT + 1)));
    }
    return all;
}

} // namespace forkproof::proofs
