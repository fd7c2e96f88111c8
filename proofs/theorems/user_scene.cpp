#include "proofs/theorems/user_scene.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096;
constexpr unsigned SIZE_BITS = 14; // up to all bytes of two pages, which is as many as a scene has
constexpr std::uint32_t PRESENT = 1, WRITE = 2, USER = 4;
constexpr std::uint32_t VM_READ_WRITE_EXEC = 7, VM_WRITE = 2, VM_GROWSDOWN = 0x100, STACK_LIMIT = 8U << 20;
constexpr std::uint32_t NOTE_WORDS = 4;

} // namespace

UserScene::UserScene(MachineProof& proof, const std::string& title, const UserShape& wanted)
    : shape_(wanted), scene_(proof.scene(title)), world_(scene_.world()),
      start_of_range_(world_.any("offset", 12)), size_(zext(world_.any("size", SIZE_BITS), 32)),
      kernel_(world_.any("kernel's buffer")) {
    panics_are_violations(scene_);
    use_allocator_contracts(scene_);
    add_frame_table(scene_);
    add_clean_pools(scene_, {}, {});
    scene_.contract("memcpy", [this](State& s) { note_copy(s); });
    world_.bytes(NOTES, NOTES_SIZE, "what memcpy was asked for");
    world_.set({NOTES, "", 4}, 0);
    build();
    scene_.show("user address", user());
    scene_.show("size", size_);
}

Place UserScene::add_mapping(std::uint32_t start, std::uint32_t end, const std::string& name) {
    const Place vma = world_.object("Vma", name, "vma");
    world_.set(of(vma, "start"), start);
    world_.set(of(vma, "end"), end);
    if (!shape_.file) world_.set(of(vma, "file.size"), 0);
    return vma;
}

void UserScene::build() {
    mm_ = world_.object("Mm", "mm", "mm");
    world_.set(world_.global("active"), mm_.address);
    pgd_ = {page_address(add_frame(scene_, "mm->pgd")), "", PAGE};
    world_.set(of(mm_, "pgd"), pgd_.address);
    for (std::uint32_t at = 0; at < PAGE; at += 4) world_.set({pgd_.address + at, "", 4}, 0);
    std::vector<Place> ring{of(mm_, "vmas.head")};
    std::map<std::uint32_t, std::uint32_t> tables;
    for (std::size_t i = 0; i < shape_.pages.size(); i++) {
        Page page{shape_.start + static_cast<std::uint32_t>(i) * PAGE, {}, {}};
        const std::uint32_t place = page.address >> 22;
        if (shape_.pages[i].mapped && shape_.grows_by == 0) {
            page.vma = add_mapping(page.address, page.address + PAGE, fmt::format("mapping {}", i));
            ring.push_back(of(page.vma, "node"));
        }
        if (shape_.pages[i].table) {
            if (!tables.contains(place)) {
                tables[place] = add_frame(scene_, fmt::format("page table {}", tables.size()));
                const std::uint32_t table = page_address(tables[place]);
                for (std::uint32_t at = 0; at < PAGE; at += 4) world_.set({table + at, "", 4}, 0);
                world_.set({pgd_.address + 4 * place, "", 4}, tables[place] * PAGE | PRESENT | WRITE | USER);
            }
            page.pte = {page_address(tables[place]) + (page.address >> 12 & 1023) * 4, "", 4};
        }
        if (shape_.pages[i].table && shape_.pages[i].mapped && shape_.grows_by == 0) {
            page.frame = add_frame(scene_, fmt::format("page {}", i));
            const Word bits = world_.any(fmt::format("pte bits of page {}", i), 12);
            const Word pte = concat(Word(20, page.frame), bits);
            world_.set(page.pte, pte);
            scene_.assume("a present page is ring 3's if its mapping permits anything",
                          !bit(bits, 0) || bit(bits, 2) ||
                              is_zero(world_.get(of(page.vma, "flags")) & word32(VM_READ_WRITE_EXEC)));
            constexpr std::uint32_t READY = PRESENT | WRITE | USER;
            if (shape_.pages[i].ready) scene_.assume("", eq(bits & Word(12, READY), Word(12, READY)));
        }
        pages_.push_back(page);
    }
    if (shape_.grows_by != 0) {
        const std::uint32_t start = shape_.start + shape_.grows_by * PAGE;
        for (Page& page : pages_) page.vma = add_mapping(start, start + PAGE, "the mapping above");
        ring.push_back(of(pages_[0].vma, "node"));
    }
    world_.ring(ring);
}

void UserScene::note_copy(State& state) const {
    const std::uint32_t count = state.address(state.memory.peek(NOTES, 4));
    const std::uint32_t at = NOTES + 4 + count * NOTE_WORDS * 4;
    for (unsigned n = 0; n < 3; n++) state.memory.poke(at + 4 * n, argument(state, n), state.ip);
    state.memory.poke(at + 12, word32(state.calls[state.calls.size() - 2].function), state.ip);
    state.memory.poke(NOTES, word32(count + 1), state.ip);
    returns(state, argument(state, 0));
}

std::vector<UserScene::Copy> UserScene::copies(const Path& path) const {
    std::vector<Copy> all;
    const auto count = path.state.memory.peek(NOTES, 4).value();
    for (std::uint32_t n = 0; n < count; n++) {
        auto word = [&](unsigned i) {
            return path.state.memory.peek(NOTES + 4 + (n * NOTE_WORDS + i) * 4, 4);
        };
        const Function* by = world_.image().function_at(static_cast<std::uint32_t>(word(3).value()));
        all.push_back({word(0), word(1), word(2), by ? by->name : "?"});
    }
    return all;
}

bool UserScene::noted(const Path& path, const std::string& what) const {
    for (const Event* e = path.state.events().get(); e; e = e->before.get())
        if (e->kind == Event::Kind::note && e->note == what) return true;
    return false;
}

Place UserScene::pte_now(const Path& path, const Page& page) const {
    const std::uint32_t at = pgd_.address + 4 * (page.address >> 22);
    const Word pde = path.state.memory.peek(at, 4);
    if (!pde.known() || pde.is(0)) return {};
    return {page_address(static_cast<std::uint32_t>(pde.value()) / PAGE) + (page.address >> 12 & 1023) * 4,
            "", 4};
}

Truth UserScene::allowed(const Page& page) const {
    return !is_zero(world_.get(of(page.vma, "flags")) & word32(shape_.write ? VM_WRITE : VM_READ_WRITE_EXEC));
}

Truth UserScene::may_grow() const {
    const Word size = word32((shape_.grows_by + 1) * PAGE) - zext(start_of_range_, 32);
    return !is_zero(world_.get(of(pages_[0].vma, "flags")) & word32(VM_GROWSDOWN)) &&
           !ult(word32(STACK_LIMIT), size);
}

Truth UserScene::may(const Page& page) const {
    if (page.vma.address == 0) return false;
    return shape_.grows_by == 0 ? allowed(page) : allowed(page) && may_grow();
}

} // namespace forkproof::proofs
