#include "proofs/theorems/steps_mm.hpp"
#include "proofs/world/in_bochs.hpp"

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, KERNEL_HALF = 3072; // bytes of a directory before it
constexpr std::uint32_t PRESENT = 1, WRITE = 2, USER = 4;
constexpr std::uint8_t USED_AS_TABLE = 3; // FrameUse::table

/// The child's own address space, as it may be whenever it is given back: pages that nobody else maps, and
/// pools that may be full.
struct OwnMmScene : ForkScene {
    Place own_mm, vma, own_pgd, table, page, pte;

    explicit OwnMmScene(MachineProof& proof) : ForkScene(proof, "an address space of its own", "namespaces") {
        add_clean_pools(scene, {0, true}, {0, true});
        own_mm = own["mm"];
        own_pgd = page_of(add_frame(scene, "child's page directory"));
        table = page_of(add_frame(scene, "child's page table"));
        page = page_of(add_frame(scene, "child's page"));
        vma = world.object("Vma", "child's mapping", "vma");
        world.ring({of(own_mm, "vmas.head"), of(vma, "node")});
        const std::uint32_t start = shape.first_mapping;
        world.set(of(vma, "start"), start);
        world.set(of(vma, "end"), start + PAGE);
        world.set(of(own_mm, "pgd"), own_pgd.address);
        world.set(of(own_mm, "tables"), frame_number(table.address));
        pte = {table.address + (start >> 12 & 1023) * 4, "", 4};
        for (std::uint32_t at = 0; at < PAGE; at += 4) {
            world.set({table.address + at, "", 4}, 0);
            world.set({own_pgd.address + at, "", 4}, at < KERNEL_HALF ? word32(0) : kernel_half(world, at));
        }
        const Word bits = world.any("pte bits of the child's page", 12);
        world.set(pte, concat(Word(20, frame_number(page.address)), bits));
        const std::uint32_t place = start >> 22;
        world.set({own_pgd.address + 4 * place, "", 4},
                  frame_number(table.address) * PAGE | PRESENT | WRITE | USER);
        for (const Place& p : {own_pgd, table}) {
            world.set(entry(p, "count"), 1);
            world.set(entry(p, "use"), USED_AS_TABLE);
        }
        world.set(entry(table, "link"), place << 20); // the last of the chain
        scene.assume("the entry of a page that is not present is 0", bit(bits, 0) || is_zero(world.get(pte)));
    }

    static Place page_of(std::uint32_t frame) { return {page_address(frame), "", PAGE}; }
    [[nodiscard]] Place entry(const Place& of_page, const char* field) const {
        return of(frame_entry(world, frame_number(of_page.address)), field);
    }

    void prove() {
        shown_by_release(*this, "mm");
        const std::vector<Path> paths = call("release_mm");
        for (const Path& path : paths)
            divide(
                *this, path, flag(CLONE_VM),
                [&](const Path& shared) {
                    Changes changes(*this, shared);
                    changes.is(of(mm, "users"), before(of(mm, "users")) - word32(1)).is(of(child, "mm"), 0);
                    changes.nothing_else();
                },
                [&](const Path& last) { given_back(last); });
        for (const auto& [page_name, place] : {std::pair("table", table), std::pair("directory", own_pgd)}) {
            const std::uint32_t p = place.address;
            scene.reached(std::string("the pool takes the ") + page_name, paths,
                          [&](const Path& path) { return scene.is_live(path.state, p, "frame"); });
            scene.reached(std::string("the pool is full before the ") + page_name, paths,
                          [&](const Path& path) { return !scene.is_live(path.state, p, "frame"); });
        }
    }

    void given_back(const Path& path) {
        Changes changes(*this, path);
        changes.freed(own_mm).freed(vma).is(of(child, "mm"), 0);
        for (const Place& p : {own_pgd, table})
            if (scene.is_live(path.state, p.address, "frame"))
                changes.pooled(p); // nothing_else() asks whether it is in a pool, and clean
            else
                changes.freed(p);
        const Place count = entry(page, "count");
        const Truth mapped = bit(world.get(pte), 0);
        if (scene.is_live(path.state, page.address, "frame")) {
            changes.is(count, world.get(count) - ite(mapped, word32(1), word32(0)));
            scene.prove(path, "a frame that is counted is somebody's", !is_zero(now(path, count)));
        } else {
            scene.prove(path, "who was the last to map a frame frees it",
                        mapped && eq(world.get(count), word32(1)));
            changes.freed(page);
        }
        changes.nothing_else();
    }
};

} // namespace

void release_of_own_mm(MachineProof& proof) { OwnMmScene(proof).prove(); }

} // namespace forkproof::proofs
