// mm: the caller's address space counted once more, or a copy: the same mappings, the same frames counted
// once more, and neither side may write to them until a fault has decided whose they are.
#include "proofs/theorems/steps_mm.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, KERNEL_HALF = 3072; // bytes of a directory before it
constexpr std::uint32_t PRESENT = 1, WRITE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40;
constexpr std::uint8_t USED_AS_TABLE = 3; // FrameUse::table

struct MmShape {
    ForkShape fork;
    PoolShape tables, pgds;
    bool active = true; ///< the caller's address space is the one that is loaded
};

struct MmScene : ForkScene {
    Place active;
    bool is_active;

    MmScene(MachineProof& proof, const std::string& title, const MmShape& wanted)
        : ForkScene(proof, title, "mm", wanted.fork), active(world.global("active")),
          is_active(wanted.active) {
        add_clean_pools(scene, wanted.tables, wanted.pgds);
        world.set(active, is_active ? world.get(of(parent, "mm")) : word32(0));
    }

    [[nodiscard]] Truth present(const Place& pte) const { return bit(world.get(pte), 0); }
    [[nodiscard]] std::uint32_t start(unsigned v) const { return value(of(vmas[v], "start")); }
    [[nodiscard]] std::uint32_t value(const Place& p) const {
        return static_cast<std::uint32_t>(world.get(p).value());
    }

    void same(const Path& path, const std::string& what, const Word& got, const Word& expected) {
        if (!got.same(expected)) scene.equal(path, what, got, expected);
    }

    /// A page that belongs to the child now: fresh, or from a pool. Its frame's entry is a table's.
    std::uint32_t table_page(Changes& changes, const Path& path, std::uint32_t frame) {
        const std::uint32_t page = page_address(frame);
        scene.check(path, "a page of the child's page tables is alive",
                    scene.is_live(path.state, page, "frame"));
        changes.pooled({page, "", PAGE});
        const Place entry = frame_entry(world, frame);
        same(path, "count of a page table's frame", now(path, of(entry, "count")), word32(1));
        same(path, "use of a page table's frame", now(path, of(entry, "use")), Word(8, USED_AS_TABLE));
        changes.anything(of(entry, "link"));
        return page;
    }

    /// The known number that a word of the child's tables must be.
    std::uint32_t number(const Path& path, const std::string& what, const Word& word) {
        scene.check(path, what + " is one known frame", word.known());
        return static_cast<std::uint32_t>(word.value());
    }

    void tables(Changes& changes, const Path& path, const Place& copy) {
        const std::uint32_t pgd_page = number(path, "child->mm->pgd", now(path, of(copy, "pgd")));
        scene.check(path, "child->mm->pgd is a page of its own",
                    pgd_page % PAGE == 0 && pgd_page != pgd.address);
        table_page(changes, path, frame_number(pgd_page));
        // By place in the directory: which of the caller's pages are present there.
        std::map<std::uint32_t, std::map<std::uint32_t, Word>> expected;
        for (std::size_t i = 0; i < ptes.size(); i++)
            if (scene.possible(path, present(ptes[i]))) {
                const Word pte = world.get(ptes[i]);
                const std::uint32_t address = address_of(i);
                expected[address >> 22].insert_or_assign(address >> 12 & 1023,
                                                         pte & word32(~(WRITE | ACCESSED | DIRTY)));
                changes.is(ptes[i], pte & word32(~WRITE));
                const Place count = of(frame_entry(world, frames[i]), "count");
                changes.is(count, world.get(count) + word32(1));
            }
        std::map<std::uint32_t, std::uint32_t> made; // by place: the frame of the child's table
        for (std::uint32_t at = 0; at < PAGE; at += 4) {
            const Word entry = path.state.memory.peek(pgd_page + at, 4);
            if (!expected.contains(at / 4) || at >= KERNEL_HALF) {
                const Word wanted = at < KERNEL_HALF ? word32(0) : kernel_half(world, at);
                same(path, fmt::format("child->mm->pgd[{}]", at / 4), entry, wanted);
                continue;
            }
            const std::string name = fmt::format("the child's page table {}", at / 4);
            const std::uint32_t pde = number(path, name, entry);
            scene.check(path, name + " is present, writable and ring 3's",
                        pde % PAGE == (PRESENT | WRITE | USER));
            made[at / 4] = pde / PAGE;
            const std::uint32_t page = table_page(changes, path, pde / PAGE);
            for (std::uint32_t n = 0; n < PAGE / 4; n++) {
                const auto found = expected[at / 4].find(n);
                same(path, fmt::format("{}[{}]", name, n), path.state.memory.peek(page + 4 * n, 4),
                     found == expected[at / 4].end() ? word32(0) : found->second);
            }
        }
        // The chain of tables names each once, with its place, the one that was made last first.
        Word link = now(path, of(copy, "tables"));
        for (auto t = made.rbegin(); t != made.rend(); ++t) {
            same(path, "the chain of the child's page tables", link & word32(0xfffff), word32(t->second));
            const Word packed = now(path, of(frame_entry(world, t->second), "link"));
            same(path, "a page table's place in the directory", lshr(packed, word32(20)), word32(t->first));
            link = packed & word32(0xfffff);
        }
        same(path, "the end of the chain of the child's page tables", link, word32(0));
        changes.is(of(copy, "tables"), made.empty() ? 0 : made.rbegin()->second);
    }

    [[nodiscard]] std::uint32_t address_of(std::size_t page) const {
        return start(static_cast<unsigned>(page / shape.pages)) +
               static_cast<std::uint32_t>(page % shape.pages) * PAGE;
    }

    void mappings(Changes& changes, const Place& copy) {
        std::vector<Place> ring{of(copy, "vmas.head")};
        for (const Place& original : vmas) {
            const Place vma = changes.fresh("vma");
            ring.push_back(of(vma, "node"));
            copies_.emplace_back(vma, original);
        }
        for (std::size_t i = 0; i < ring.size(); i++) {
            const Place& next = ring[(i + 1) % ring.size()];
            changes.is({ring[i].address, "", 4}, next.address).is({next.address + 4, "", 4}, ring[i].address);
        }
        for (const auto& [vma, original] : copies_) changes.same_as(vma, original);
        copies_.clear();
    }

    /// The parts of a path on which it is known of each page whether it is present; the code has asked, too.
    void by_presence(const Path& path, std::size_t page, const std::function<void(const Path&)>& then) {
        if (page == ptes.size()) return then(path);
        auto rest = [&](const Path& part) { by_presence(part, page + 1, then); };
        divide(*this, path, present(ptes[page]), rest, rest);
    }

    void copied(const Path& path) {
        Changes changes(*this, path);
        const Place copy = changes.fresh("mm");
        changes.is(of(child, "mm"), copy.address).is(of(copy, "users"), 1).is(of(copy, "from_reserve"), 0);
        changes.is(of(copy, "total_vm"), shape.vmas * shape.pages);
        changes.anything(of(copy, "pgd")); // tables() looks at it
        mappings(changes, copy);
        tables(changes, path, copy);
        changes.same_as(copy, mm);
        flushed(path);
        changes.nothing_else();
    }

    /// Who has lost a write bit must not find it in the TLB: after that, cr3 has been loaded.
    void flushed(const Path& path) {
        bool loaded = false;
        for (const Event* e = path.state.events().get(); e; e = e->before.get())
            loaded = loaded || (e->kind == Event::Kind::note && e->note == "cr3 is loaded");
        if (loaded || !is_active) return;
        for (const Place& pte : ptes)
            scene.equal(path, "a write bit is taken away without a flush of the TLB", now(path, pte),
                        world.get(pte));
    }

    void prove() {
        const std::vector<Path> paths = acquire("mm");
        for (const Path& path : paths) {
            shown_by_errno(*this, "mm", path);
            scene.equal(path, "errno of step mm", path.state.get(Reg::eax), errno_of_allocations(path));
            shown_by_acquire(*this, "mm", path);
            flushed(path);
            if (const auto failed = scene.when(path, !is_zero(path.state.get(Reg::eax))))
                restored(*this, *failed);
            const auto made = scene.when(path, is_zero(path.state.get(Reg::eax)));
            if (!made) continue;
            divide(
                *this, *made, Truth(shape.mm) && !flag(CLONE_VM),
                [&](const Path& part) { by_presence(part, 0, [&](const Path& known) { copied(known); }); },
                [&](const Path& part) { shared(part); });
            check_stage(*made, "mm");
            for (const Path& undone : release(*made, "mm")) restored(*this, undone);
        }
        scene.reached("step mm succeeds", paths,
                      [&](const Path& p) { return is_zero(p.state.get(Reg::eax)); });
        if (!shape.mm) return;
        scene.reached("the address space is shared", paths, [&](const Path&) { return flag(CLONE_VM); });
        scene.reached("memory is out for a mapping", paths,
                      [&](const Path& p) { return shape.vmas == 0 || an_allocation_failed(p.state, "vma"); });
    }

    void shared(const Path& path) {
        Changes changes(*this, path);
        if (shape.mm)
            changes.is(of(child, "mm"), mm.address).is(of(mm, "users"), before(of(mm, "users")) + word32(1));
        changes.nothing_else();
    }

  private:
    std::vector<std::pair<Place, Place>> copies_;
};

ForkShape fork_shape(unsigned vmas, unsigned pages) {
    ForkShape shape;
    shape.vmas = vmas;
    shape.pages = pages;
    return shape;
}

void mm_in(MachineProof& proof, const std::string& title, const MmShape& shape) {
    MmScene(proof, title, shape).prove();
}

/// Mappings that begin elsewhere than each in 4 MB of its own.
ForkShape placed(ForkShape shape, std::uint32_t first, std::uint32_t spacing) {
    shape.first_mapping = first;
    shape.mapping_spacing = spacing;
    return shape;
}
constexpr std::uint32_t BEFORE_A_BORDER = 0x083ff000, NEAR = 0x10000, FAR = 0x00400000;
constexpr PoolShape none{}, one{1, false}, two{2, true}, three{3, true};

void step_mm(MachineProof& proof) {
    ForkShape kernel_thread;
    kernel_thread.mm = false;
    ForkShape untouched = fork_shape(2, 3);
    untouched.untouched = true;
    mm_in(proof, "no address space", {kernel_thread, none, none, false});
    mm_in(proof, "no mappings", {fork_shape(0, 0), none, none});
    mm_in(proof, "a mapping of one page", {fork_shape(1, 1), none, none});
    mm_in(proof, "a mapping of two pages, clean pages", {fork_shape(1, 2), two, two});
    mm_in(proof, "a mapping over a border of 4 MB",
          {placed(fork_shape(1, 2), BEFORE_A_BORDER, FAR), one, two});
    mm_in(proof, "two mappings, one clean table", {fork_shape(2, 1), one, none, false});
    mm_in(proof, "two mappings in one table",
          {placed(fork_shape(2, 1), BEFORE_A_BORDER - 4 * NEAR, NEAR), none, one});
    mm_in(proof, "two mappings that nobody has touched", {untouched, none, one});
    release_of_own_mm(proof);
}

void step_mm_wide(MachineProof& proof) {
    mm_in(proof, "three pages over a border", {placed(fork_shape(1, 3), BEFORE_A_BORDER, FAR), none, none});
    mm_in(proof, "two mappings of two pages", {fork_shape(2, 2), none, one});
    mm_in(proof, "two mappings of two pages in one table", {placed(fork_shape(2, 2), FAR, NEAR), one, one});
    mm_in(proof, "two mappings of three pages", {fork_shape(2, 3), one, none});
    mm_in(proof, "two mappings of three pages, clean pages", {fork_shape(2, 3), three, three});
}

} // namespace

std::vector<Theorem> steps_mm_theorems() {
    return {
        machine_theorem(
            "steps/mm",
            "the address space is shared, or copied so that both sides copy on write; a failure and a "
            "release restore",
            step_mm),
        machine_theorem("steps/mm-wide", "the same of address spaces with more pages", step_mm_wide, true)};
}

} // namespace forkproof::proofs
