#include "proofs/world/changes.hpp"
#include "proofs/world/clean_pools.hpp"
#include <cstring>
#include <fmt/core.h>

namespace forkproof::proofs {

Changes::Changes(ForkScene& fork, const Path& path) : fork_(fork), path_(path) {}

Changes& Changes::is(const Place& place, const Word& value) {
    const State& s = path_.state;
    fork_.scene.equal(path_, fork_.scene.name_of(s, place.address), s.memory.peek(place.address, place.size),
                      value, place.address);
    return anything(place);
}

Changes& Changes::anything(const Place& place) {
    for (std::uint32_t i = 0; i < place.size; i++) stated_.insert(place.address + i);
    return *this;
}

Place Changes::fresh(const std::string& kind) {
    for (const auto& [address, block] : path_.state.memory.blocks)
        if (block.fresh && block.kind == kind && !named_.contains(address) &&
            path_.state.decide(block.alive)) {
            named_.insert(address);
            return {address, block.type, block.size};
        }
    fork_.scene.check(path_, "a new " + kind + " has been made", false);
    throw CannotTell("no new " + kind);
}

Changes& Changes::freed(const Place& object) {
    const auto found = path_.state.memory.blocks.find(object.address);
    const bool gone = found != path_.state.memory.blocks.end() && !path_.state.decide(found->second.alive);
    fork_.scene.check(path_, fork_.scene.name_of(path_.state, object.address) + " has been freed", gone);
    named_.insert(object.address);
    return *this;
}

void Changes::state_rest(const Place& object,
                         const std::function<Word(std::uint32_t offset, std::uint32_t size)>& value) {
    for (const Leaf& leaf : fork_.world.layouts().leaves(object.type)) {
        bool stated = true;
        for (std::uint32_t i = 0; i < leaf.size; i++)
            stated = stated && covered(object.address + leaf.offset + i);
        if (stated) continue;
        // Arrays of characters are one leaf of any size: word by word.
        for (std::uint32_t done = 0; done < leaf.size;) {
            const std::uint32_t n = leaf.size - done >= 4 ? 4 : 1;
            is({object.address + leaf.offset + done, "", n}, value(leaf.offset + done, n));
            done += n;
        }
    }
}

Changes& Changes::pooled(const Place& page) {
    named_.insert(page.address);
    pooled_.insert(page.address);
    return *this;
}

Changes& Changes::same_as(const Place& copy, const Place& original) {
    state_rest(copy, [&](std::uint32_t offset, std::uint32_t size) {
        return fork_.world.get({original.address + offset, "", size});
    });
    return *this;
}

Changes& Changes::empty_list(const Place& head) {
    return is({head.address, "", 4}, head.address).is({head.address + 4, "", 4}, head.address);
}

Changes& Changes::rest_is_zero(const Place& object) {
    state_rest(object, [](std::uint32_t, std::uint32_t size) { return Word(size * 8, 0); });
    return *this;
}

Changes& Changes::also(ResidueWhen when) {
    when_.insert(when);
    return *this;
}

bool Changes::in_caller_page_table(std::uint32_t address) const {
    const auto* region = fork_.world.region_at(address);
    return region && region->second.name.starts_with("page table");
}

/// The bits of this word that the table allows to differ.
std::uint32_t Changes::residue_bits(std::uint32_t address) const {
    const World& world = fork_.world;
    const auto* region = world.region_at(address);
    if (!region) return 0;
    auto within = [&](const Place& place) {
        return address - (place.address & ~3U) < (place.size + 3) / 4 * 4;
    };
    std::uint32_t bits = 0;
    for (const ResidueRow& row : allowed_residue) {
        if (!when_.contains(row.when)) continue;
        bool applies = false;
        const std::string field = row.field;
        switch (row.of) {
        case ResidueOf::caller: applies = within(world.field(fork_.parent, field)); break;
        case ResidueOf::pid_ns:
            applies = region->second.type == "PidNs" &&
                      within(world.field({region->first, "PidNs", region->second.size}, field));
            break;
        case ResidueOf::page_table: applies = in_caller_page_table(address); break;
        case ResidueOf::caller_fpu:
            applies = region->second.kind == "fpu" && region->first == fork_.fpu.address;
            break;
        case ResidueOf::global: {
            const std::size_t dot = field.find('.');
            const std::string variable = field.substr(0, dot);
            if (region->second.name != variable) break;
            const Place whole{region->first, region->second.type, region->second.size};
            applies = dot == std::string::npos || within(world.field(whole, field.substr(dot + 1)));
            break;
        }
        case ResidueOf::caller_pages: // behind the contract of copy_from_user
        case ResidueOf::free_memory:
        case ResidueOf::stack: break; // known by what it is, not by where: see nothing_else
        }
        if (applies) bits |= row.bits;
    }
    return bits;
}

void Changes::compare(std::uint32_t address, const Word& got, const Word& expected,
                      std::uint32_t changed_bits) {
    if (got.same(expected) || changed_bits == ALL_BITS) return;
    // Byte by byte where some are stated elsewhere.
    std::uint32_t mask = ~changed_bits;
    for (std::uint32_t i = 0; i < 4; i++)
        if (covered(address + i)) mask &= ~(0xffU << (8 * i));
    if (mask == 0) return;
    fork_.scene.equal(path_, fork_.scene.name_of(path_.state, address) + " (should be as before)",
                      got & word32(mask), expected & word32(mask), address);
}

void Changes::check_fresh(std::uint32_t address, const Block& block) {
    if (!named_.contains(address)) {
        fork_.scene.check(path_, block.name + " is given back (it is still alive)", false);
        return;
    }
    if (block.type.empty()) return;
    for (const Leaf& leaf : fork_.world.layouts().leaves(block.type))
        for (std::uint32_t i = 0; i < leaf.size; i++)
            if (!covered(address + leaf.offset + i))
                throw CannotTell(
                    fmt::format("the specification does not say what {}->{} is", block.name, leaf.path));
}

void Changes::nothing_else(Aspect aspect) {
    const Scene::About about(fork_.scene, aspect);
    const State& s = path_.state;
    const World& world = fork_.world;
    const PoolFrames pools = check_clean_pools(fork_.scene, path_);
    for (const std::uint32_t frame : pools.before)
        if (!pools.after.contains(frame) && !named_.contains(page_address(frame)))
            fork_.scene.check(path_, fork_.scene.name_of(s, page_address(frame)) + " is given back", false);
    for (const std::uint32_t frame : pools.after)
        if (!pools.before.contains(frame) && world.region_at(page_address(frame)) &&
            !named_.contains(page_address(frame)))
            fork_.scene.check(path_, world.name_of(page_address(frame)) + " is still in use", false);
    for (const auto& [address, block] : s.memory.blocks) {
        const bool alive = s.decide(block.alive);
        if (block.fresh && alive && !pools.after.contains(frame_number(address))) check_fresh(address, block);
        if (!block.fresh && !alive && !named_.contains(address))
            fork_.scene.check(path_, block.name + " is still there (it has been freed)", false);
    }
    for (const auto& [address, written] : s.memory.written()) {
        const auto* region = world.region_at(address);
        if (region && region->second.name == "stack") continue; // below the esp of the call
        if (const auto* block = s.memory.block_at(address))
            if (block->second.fresh || !s.decide(block->second.alive)) continue;
        // Clean, or in use: then whoever has named it has said what it holds.
        const std::uint32_t page = page_address(frame_number(address));
        if (pools.after.contains(frame_number(address)) || pooled_.contains(page)) continue;
        if (region && region->second.name == "frames") {
            // The entry of a frame that is free now, or new: free memory, or stated by the allocator's
            // contract.
            const std::uint32_t size = world.layouts().size_of("Frame");
            const std::uint32_t frame = (address - region->first) / size;
            if (pools.after.contains(frame)) continue;
            if (s.memory.blocks.contains(page_address(frame))) continue;
        }
        compare(address, written.value, world.initial(address), residue_bits(address));
    }
}

void restored(ForkScene& fork, const Path& path, const std::set<ResidueWhen>& also) {
    Changes changes(fork, path);
    for (const ResidueWhen when : also) changes.also(when);
    changes.nothing_else(Aspect::effect); // what a failure and a release do is to leave everything as it was
}

} // namespace forkproof::proofs
