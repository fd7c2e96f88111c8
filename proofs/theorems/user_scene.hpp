// copy_from_user and copy_to_user over a few pages of ring 3, of any kind: the start state, and what each
// page must look like afterwards.
#pragma once
#include "invariants/errno.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/unchanged.hpp"

namespace forkproof::proofs {

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
    UserScene(MachineProof& proof, const std::string& title, const UserShape& wanted);

    /// Runs the copy, and looks at the end of every path.
    void prove();
    [[nodiscard]] static Truth answers(const Path& path, Errno e) {
        return eq(path.state.get(Reg::eax), word32(static_cast<std::uint32_t>(e)));
    }

  private:
    /// Where the contract of memcpy writes down its arguments; nothing else is there.
    static constexpr std::uint32_t NOTES = 0xd6000000, NOTES_SIZE = 4096;

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

    [[nodiscard]] Word user() const { return concat(Word(20, shape_.start >> 12), start_of_range_); }
    [[nodiscard]] Place of(const Place& object, const char* field) const {
        return world_.field(object, field);
    }
    [[nodiscard]] Place entry(std::uint32_t frame, const char* field) const {
        return of(frame_entry(world_, frame), field);
    }
    [[nodiscard]] static Word now(const Path& path, const Place& p) {
        return path.state.memory.peek(p.address, p.size);
    }
    [[nodiscard]] Truth allowed(const Page& page) const;
    /// The stack may grow down to the first page.
    [[nodiscard]] Truth may_grow() const;
    /// The page's mapping lets it be touched.
    [[nodiscard]] Truth may(const Page& page) const;
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
    std::vector<Place> stated_;    // of the path that is looked at
    std::set<std::uint32_t> made_; // pages that it has made
};

} // namespace forkproof::proofs
