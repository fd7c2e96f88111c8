// copy_from_user and copy_to_user with all that they call, from the range check to the page fault: what is
// copied comes from, or goes to, the frames that the caller's address space maps there, and nothing else
// changes. memcpy is a contract here that writes down what it is asked for, so that addresses and sizes can
// be any; what it does with them is proved in theorems/helpers_memory.cpp.
#include "invariants/errno.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/unchanged.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, TASK_SIZE = 0xc0000000;
constexpr unsigned SIZE_BITS = 14; // up to all bytes of two pages, which is as many as a scene has
constexpr std::uint32_t PRESENT = 1, WRITE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40;
constexpr std::uint32_t VM_READ_WRITE_EXEC = 7, VM_WRITE = 2, VM_GROWSDOWN = 0x100, STACK_LIMIT = 8U << 20;
constexpr std::uint8_t USED_BY_USER = 2, USED_AS_TABLE = 3; // FrameUse
/// Where the contract of memcpy writes down its arguments; nothing else is there.
constexpr std::uint32_t NOTES = 0xd6000000, NOTE_WORDS = 4;

/// One page of ring 3.
struct PageShape {
    bool mapped = true;
    bool table = true;  ///< there is a page table for it
    bool ready = false; ///< it is present and permitted; else it may be anything
};
struct UserShape {
    std::uint32_t start = 0x08048000;
    std::vector<PageShape> pages = {{}};
    bool file = false;     ///< the mappings' first bytes come from a file
    unsigned grows_by = 0; ///< the only mapping lies so many pages above the first page
    bool write = false;    ///< copy_to_user
};

class UserScene {
  public:
    UserScene(MachineProof& proof, const std::string& title, const UserShape& wanted)
        : shape_(wanted), scene_(proof.scene(title)), world_(scene_.world()),
          start_of_range_(world_.any("offset", 12)), size_(zext(world_.any("size", SIZE_BITS), 32)),
          kernel_(world_.any("kernel's buffer")) {
        panics_are_violations(scene_);
        use_allocator_contracts(scene_);
        add_frame_table(scene_);
        add_clean_pools(scene_, {}, {});
        scene_.contract("memcpy", [this](State& s) { note_copy(s); });
        world_.bytes(NOTES, PAGE, "what memcpy was asked for");
        world_.set({NOTES, "", 4}, 0);
        build();
        scene_.show("user address", user());
        scene_.show("size", size_);
    }

    void prove();
    [[nodiscard]] const std::vector<Path>& paths() const { return paths_; }
    Scene& scene() { return scene_; }
    [[nodiscard]] static Truth answers(const Path& path, Errno e) {
        return eq(path.state.get(Reg::eax), word32(static_cast<std::uint32_t>(e)));
    }

  private:
    struct Page {
        std::uint32_t address;
        Place vma; ///< of nothing if there is no mapping
        Place pte; ///< of nothing if there is no table
        std::uint32_t frame = 0;
    };
    /// A copy as memcpy was asked for it.
    struct Copy {
        Word to, from, size;
        std::string by;
    };

    [[nodiscard]] Word user() const { return concat(Word(20, shape_.start / PAGE), start_of_range_); }
    [[nodiscard]] Place of(const Place& object, const char* field) const {
        return world_.field(object, field);
    }
    [[nodiscard]] Place entry(std::uint32_t frame, const char* field) const {
        return of(frame_entry(world_, frame), field);
    }
    [[nodiscard]] static Word now(const Path& path, const Place& p) {
        return path.state.memory.peek(p.address, p.size);
    }
    [[nodiscard]] Truth allowed(const Page& page) const {
        return !is_zero(world_.get(of(page.vma, "flags")) &
                        word32(shape_.write ? VM_WRITE : VM_READ_WRITE_EXEC));
    }
    /// The stack may grow down to the first page.
    [[nodiscard]] Truth may_grow() const {
        const Word size = word32((shape_.grows_by + 1) * PAGE) - zext(start_of_range_, 32);
        return !is_zero(world_.get(of(pages_[0].vma, "flags")) & word32(VM_GROWSDOWN)) &&
               !ult(word32(STACK_LIMIT), size);
    }
    /// The page's mapping lets it be touched.
    [[nodiscard]] Truth may(const Page& page) const {
        if (page.vma.address == 0) return false;
        return shape_.grows_by == 0 ? allowed(page) : allowed(page) && may_grow();
    }
    [[nodiscard]] Word before(const Page& page) const {
        return page.frame == 0 ? word32(0) : world_.get(page.pte);
    }

    void build();
    Place add_mapping(std::uint32_t start, std::uint32_t end, const std::string& name);
    void note_copy(State& state) const;
    [[nodiscard]] std::vector<Copy> copies(const Path& path) const;

    void check(const Path& path);
    /// False if there is nothing to look at any further.
    bool check_success(const Path& path, const Page& page);
    bool holds(const Path& path, const std::string& words, bool fact) {
        scene_.check(path, words, fact);
        return fact;
    }
    void check_failure(const Path& path, const Page& page);
    void check_copied_page(const Path& path, const Page& page, std::uint32_t fresh);
    void check_filled_page(const Path& path, const Page& page, std::uint32_t fresh);
    void check_tables(const Path& path);
    void check_growth(const Path& path, bool touched);
    [[nodiscard]] Place pte_now(const Path& path, const Page& page) const;
    [[nodiscard]] bool noted(const Path& path, const std::string& what) const;

    UserShape shape_;
    Scene& scene_;
    World& world_;
    Word start_of_range_, size_, kernel_;
    Place mm_, pgd_;
    std::vector<Page> pages_;
    std::vector<Path> paths_;
    std::vector<Place> stated_;    // of the path that is looked at
    std::set<std::uint32_t> made_; // pages that it has made
};

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

/// A copy of a page that others map, too.
void UserScene::check_copied_page(const Path& path, const Page& page, std::uint32_t fresh) {
    const Word old = before(page);
    const Place count = entry(page.frame, "count");
    scene_.prove(path, "only a page that is written, and that others map, is copied",
                 Truth(shape_.write) && !bit(old, 1) && !eq(world_.get(count), word32(1)));
    scene_.equal(path, "count of the page that was copied", now(path, count), world_.get(count) - word32(1));
    scene_.check(path, "the old translation is forgotten",
                 noted(path, fmt::format("invlpg {:#x}", page.address)));
    for (std::uint32_t at = 0; at < PAGE; at += 4) {
        const Word got = path.state.memory.peek(page_address(fresh) + at, 4);
        const Word was = world_.get({page_address(page.frame) + at, "", 4});
        if (!got.same(was)) scene_.equal(path, "the copy of a page", got, was);
    }
    stated_.push_back(count);
}

/// A page that comes into being: the file's bytes, with zeros around them.
void UserScene::check_filled_page(const Path& path, const Page& page, std::uint32_t fresh) {
    const Word first = world_.get(of(page.vma, "file_address")),
               length = world_.get(of(page.vma, "file.size"));
    const Word start = word32(page.address), end = word32(page.address + PAGE), file_end = first + length;
    const Word from = ite(ult(start, first), first, start), to = ite(ult(end, file_end), end, file_end);
    const Truth any = !is_zero(length) && ult(from, to);
    std::vector<Copy> fills;
    for (const Copy& c : copies(path))
        if (c.by == "handle_mm_fault" &&
            scene_.possible(path, eq(c.to & word32(~(PAGE - 1)), word32(page_address(fresh)))))
            fills.push_back(c);
    scene_.prove(path, "a page is filled from its file if it has any bytes there",
                 eq(word32(fills.size()), from_truth(any, 32)));
    if (!fills.empty()) {
        scene_.equal(path, "where the file's bytes go", fills[0].to,
                     word32(page_address(fresh)) + from - start);
        scene_.equal(path, "where they come from", fills[0].from,
                     world_.get(of(page.vma, "file.data")) + from - first);
        scene_.equal(path, "how many they are", fills[0].size, to - from);
    }
    if (!scene_.possible(path, !any || ult(to - from, word32(PAGE)))) return;
    for (std::uint32_t at = 0; at < PAGE; at += 4) {
        const Word got = path.state.memory.peek(page_address(fresh) + at, 4);
        if (!got.is(0))
            scene_.prove(path, "a page begins with zeros around the file's bytes",
                         is_zero(got) || (any && !ult(to - from, word32(PAGE))));
    }
}

bool UserScene::check_success(const Path& path, const Page& page) {
    const Word old = before(page);
    const Truth present = bit(old, 0),
                direct = present && bit(old, 2) && (Truth(!shape_.write) || bit(old, 1));
    scene_.prove(path, "only what may be touched is touched", direct || may(page));
    const Place pte = pte_now(path, page);
    if (!holds(path, "a page that was touched has a page table", pte.address != 0)) return false;
    const Word frame = extract(now(path, pte), 31, 12);
    if (!holds(path, "a page that was touched is one known frame", frame.known())) return false;
    const auto number = static_cast<std::uint32_t>(frame.value());
    const std::uint32_t touched = ACCESSED | (shape_.write ? DIRTY | WRITE : 0U);
    stated_.push_back(pte);
    if (number == page.frame) {
        scene_.prove(path, "a page that was there is used", present);
        scene_.equal(path, "the page's entry", now(path, pte), old | word32(touched), pte.address);
        const Truth taken_over = Truth(shape_.write) && !bit(old, 1);
        scene_.prove(path, "a page is taken over only from nobody",
                     !taken_over || eq(world_.get(entry(number, "count")), word32(1)));
        if (scene_.possible(path, taken_over))
            scene_.check(path, "the old translation is forgotten",
                         noted(path, fmt::format("invlpg {:#x}", page.address)));
        return true;
    }
    const bool fresh = scene_.is_live(path.state, page_address(number), "frame") &&
                       made_.insert(page_address(number)).second;
    if (!holds(path, "a page that was not there is new", fresh)) return false;
    scene_.equal(path, "the entry of a new page", now(path, pte),
                 word32(number * PAGE | PRESENT | USER | touched), pte.address);
    scene_.equal(path, "the count of a new page", now(path, entry(number, "count")), word32(1));
    scene_.equal(path, "the use of a new page", now(path, entry(number, "use")), Word(8, USED_BY_USER));
    if (const auto part = scene_.when(path, present)) check_copied_page(*part, page, number);
    if (const auto part = scene_.when(path, !present)) check_filled_page(*part, page, number);
    return true;
}

void UserScene::check_failure(const Path& path, const Page& page) {
    const Word old = before(page);
    const Truth direct = bit(old, 0) && bit(old, 2) && (Truth(!shape_.write) || bit(old, 1));
    const bool out = an_allocation_failed(path.state);
    scene_.prove(path, "a page that may be touched is refused only where memory is out",
                 !direct && (Truth(!out) ^ may(page)) && answers(path, out ? Errno::ENOMEM : Errno::EFAULT));
}

/// New page tables: each hangs in the directory and in the mm's chain.
void UserScene::check_tables(const Path& path) {
    const Place chain = of(mm_, "tables");
    Word link = world_.get(chain);
    std::set<std::uint32_t> places;
    for (const Page& page : pages_) {
        const std::uint32_t place = page.address >> 22;
        const Place pde{pgd_.address + 4 * place, "", 4}, pte = pte_now(path, page);
        if (pte.address == 0 || !world_.get(pde).is(0) || !places.insert(place).second) continue;
        const std::uint32_t table = pte.address & ~(PAGE - 1), frame = frame_number(table);
        scene_.check(path, "a new page table is a new page",
                     scene_.is_live(path.state, table, "frame") && made_.insert(table).second);
        scene_.equal(path, "the entry of a new page table", now(path, pde),
                     word32(frame * PAGE | PRESENT | WRITE | USER));
        scene_.equal(path, "the use of a new page table", now(path, entry(frame, "use")),
                     Word(8, USED_AS_TABLE));
        scene_.equal(path, "the link of a new page table", now(path, entry(frame, "link")),
                     link | word32(place << 20));
        link = word32(frame);
        for (std::uint32_t at = table; at < table + PAGE; at += 4) {
            bool other = true;
            for (const Page& p : pages_) other = other && pte_now(path, p).address != at;
            if (other)
                scene_.equal(path, "an entry of a new page table", path.state.memory.peek(at, 4), word32(0));
        }
        stated_.push_back(pde);
    }
    scene_.equal(path, "mm->tables", now(path, chain), link, chain.address);
    stated_.push_back(chain);
}

/// The stack reaches down to the first page that was touched, or it is as before.
void UserScene::check_growth(const Path& path, bool touched) {
    if (shape_.grows_by == 0) return;
    const Place start = of(pages_[0].vma, "start"), total = of(mm_, "total_vm");
    const Truth grown = eq(now(path, start), word32(shape_.start));
    scene_.prove(path, "only a stack grows, and within its limit", !grown || may_grow());
    scene_.prove(path, "a stack grows to the page that was touched",
                 grown || (Truth(!touched) && eq(now(path, start), world_.get(start))));
    const Word more = ite(grown, word32(shape_.grows_by), word32(0));
    scene_.equal(path, "mm->total_vm", now(path, total), world_.get(total) + more, total.address);
    stated_.insert(stated_.end(), {start, total});
}

void UserScene::check(const Path& path) {
    stated_ = {{NOTES, "", PAGE}};
    made_.clear();
    std::vector<Copy> done;
    for (const Copy& c : copies(path))
        if (c.by != "handle_mm_fault") done.push_back(c);
    if (!holds(path, "no more is copied than was asked for", done.size() <= pages_.size())) return;
    Word copied = word32(0);
    for (std::size_t i = 0; i < done.size(); i++) {
        if (!check_success(path, pages_[i])) return;
        const Word room = i == 0 ? word32(PAGE) - zext(start_of_range_, 32) : word32(PAGE),
                   left = size_ - copied;
        const Word piece = ite(ult(left, room), left, room);
        const Word page = word32(page_address(
            static_cast<std::uint32_t>(extract(now(path, pte_now(path, pages_[i])), 31, 12).value())));
        const Word at = i == 0 ? page | zext(start_of_range_, 32) : page;
        scene_.equal(path, "where it is copied to", done[i].to, shape_.write ? at : kernel_ + copied);
        scene_.equal(path, "where it is copied from", done[i].from, shape_.write ? kernel_ + copied : at);
        scene_.equal(path, "how many bytes are copied", done[i].size, piece);
        copied = copied + piece;
    }
    if (const auto all = scene_.when(path, answers(path, Errno::OK)))
        scene_.equal(*all, "how many bytes are copied at the end", copied, size_);
    if (const auto failed = scene_.when(path, !answers(path, Errno::OK))) {
        scene_.prove(*failed, "what has been refused is not needed", ult(copied, size_));
        if (holds(*failed, "a page was refused", done.size() < pages_.size()))
            check_failure(*failed, pages_[done.size()]);
    }
    check_growth(path, !done.empty());
    check_tables(path);
    (void)check_clean_pools(scene_, path);
    unchanged_but(scene_, path, stated_, made_);
}

void UserScene::prove() {
    // As many pieces as there are pages, or fewer; sizes beyond that are other pages of the same kind.
    const Word room =
        word32(static_cast<std::uint32_t>(shape_.pages.size()) * PAGE) - zext(start_of_range_, 32);
    scene_.assume("", !ult(room, size_));
    paths_ = shape_.write ? scene_.call("copy_to_user", {user(), kernel_, size_})
                          : scene_.call("copy_from_user", {kernel_, user(), size_});
    for (const Path& path : paths_) check(path);
    scene_.reached("something is copied", paths_,
                   [&](const Path& p) { return answers(p, Errno::OK) && !is_zero(size_); });
}

/// The range wraps or reaches the kernel's half: EFAULT, and nothing at all has changed.
void out_of_range(MachineProof& proof, bool write) {
    Scene& scene = proof.scene("out of range");
    const Word user = scene.world().any("user address"), size = scene.world().any("size"),
               kernel = scene.world().any("kernel's buffer");
    const Word end = zext(user, 33) + zext(size, 33);
    scene.assume("", ult(Word(33, TASK_SIZE), end));
    scene.show("user address", user);
    scene.show("size", size);
    const auto paths = write ? scene.call("copy_to_user", {user, kernel, size})
                             : scene.call("copy_from_user", {kernel, user, size});
    for (const Path& path : paths) {
        scene.prove(path, "a range outside ring 3's part is refused",
                    UserScene::answers(path, Errno::EFAULT));
        unchanged_but(scene, path, {});
    }
    scene.reached("a range that wraps", paths, [&](const Path&) { return ult(user + size, user); });
    scene.reached("a range that begins below", paths,
                  [&](const Path&) { return ult(user, word32(TASK_SIZE)); });
}

void no_address_space(MachineProof& proof, bool write) {
    Scene& scene = proof.scene("no address space");
    World& world = scene.world();
    world.set(world.global("active"), 0);
    const Word user = world.any("user address"), size = world.any("size"),
               kernel = world.any("kernel's buffer");
    const auto paths = write ? scene.call("copy_to_user", {user, kernel, size})
                             : scene.call("copy_from_user", {kernel, user, size});
    for (const Path& path : paths) {
        scene.prove(path, "without an address space everything is refused",
                    UserScene::answers(path, Errno::EFAULT) ||
                        (is_zero(size) && UserScene::answers(path, Errno::OK)));
        unchanged_but(scene, path, {});
    }
}

void helper_copy(MachineProof& proof, bool write) {
    auto shape = [&](std::uint32_t start, std::vector<PageShape> pages) {
        UserShape s;
        s.start = start;
        s.pages = std::move(pages);
        s.write = write;
        return s;
    };
    constexpr std::uint32_t TEXT = 0x08048000, BORDER = 0x083ff000, LAST = TASK_SIZE - PAGE;
    out_of_range(proof, write);
    no_address_space(proof, write);
    constexpr PageShape any{}, ready{true, true, true}, untouched{true, false}, hole{false, true};
    UserScene(proof, "a page", shape(TEXT, {any})).prove();
    UserScene(proof, "two pages", shape(LAST - PAGE, {ready, any})).prove();
    UserScene(proof, "over a border of 4 MB", shape(BORDER, {ready, untouched})).prove();
    UserScene(proof, "nothing is mapped behind", shape(TEXT, {ready, hole})).prove();
    UserShape file = shape(TEXT, {untouched});
    file.file = true;
    UserScene(proof, "a page of a file", file).prove();
    UserShape stack = shape(LAST - 2 * PAGE, {any});
    stack.grows_by = 2;
    UserScene(proof, "below the stack", stack).prove();
}

} // namespace

std::vector<Theorem> helpers_user_memory_theorems() {
    return {machine_theorem(
                "helpers/copy_from_user",
                "the bytes that the caller's address space maps there, faulted in as its own access would; "
                "EFAULT, ENOMEM; nothing else changes",
                [](MachineProof& proof) { helper_copy(proof, false); }),
            machine_theorem(
                "helpers/copy_to_user",
                "the bytes go to frames that are the caller's alone, or EFAULT, ENOMEM; nothing else changes",
                [](MachineProof& proof) { helper_copy(proof, true); })};
}

} // namespace forkproof::proofs
