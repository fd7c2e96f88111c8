#include "proofs/theorems/user_scene.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096;
constexpr std::uint32_t PRESENT = 1, WRITE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40;
constexpr std::uint8_t USED_BY_USER = 2, USED_AS_TABLE = 3; // FrameUse

} // namespace

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
    stated_ = {{NOTES, "", NOTES_SIZE}};
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
    const std::vector<Path> paths = shape_.write ? scene_.call("copy_to_user", {user(), kernel_, size_})
                                                 : scene_.call("copy_from_user", {kernel_, user(), size_});
    for (const Path& path : paths) check(path);
    scene_.reached("something is copied", paths,
                   [&](const Path& p) { return answers(p, Errno::OK) && !is_zero(size_); });
}

} // namespace forkproof::proofs
