#include "proofs/world/unchanged.hpp"
#include "proofs/world/contracts.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

void unchanged_but(Scene& scene, const Path& path, const std::vector<Place>& stated,
                   const std::set<std::uint32_t>& made) {
    const State& s = path.state;
    const World& world = scene.world();
    auto is_made = [&](std::uint32_t address) {
        const auto found = s.memory.blocks.find(address);
        return found != s.memory.blocks.end() && found->second.fresh;
    };
    for (const auto& [address, block] : s.memory.blocks) {
        const bool alive = s.decide(block.alive);
        if (block.fresh ? alive && !made.contains(address) : !alive)
            scene.check(path, fmt::format("{} is neither made nor freed", block.name), false);
    }
    for (const auto& [address, written] : s.memory.written()) {
        const auto* region = world.region_at(address);
        if (region && region->second.name == "stack") continue;
        if (const auto* block = s.memory.block_at(address); block && block->second.fresh) continue;
        if (region && region->second.name == "frames" &&
            is_made(page_address((address - region->first) / region->second.element)))
            continue;
        std::uint32_t mask = 0;
        for (std::uint32_t byte = 0; byte < 4; byte++) {
            bool covered = false;
            for (const Place& p : stated) covered = covered || address + byte - p.address < p.size;
            if (!covered) mask |= 0xffU << (8 * byte);
        }
        const Word was = world.initial(address);
        if (mask == 0 || written.value.same(was)) continue;
        scene.equal(path, scene.name_of(s, address) + " (should be as before)", written.value & word32(mask),
                    was & word32(mask), address);
    }
}

} // namespace forkproof::proofs
