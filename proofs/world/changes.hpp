// What a path has changed, held against what it should have: values named one by one, fresh and freed
// objects, the rows of invariants/residue.hpp, and nothing else. What a path has written is known to the
// word, so "nothing else" is exact.
#pragma once
#include "invariants/residue.hpp"
#include "proofs/world/fork_scene.hpp"

namespace forkproof::proofs {

class Changes {
  public:
    Changes(ForkScene& fork, const Path& path);

    /// After the path this place holds that.
    Changes& is(const Place& place, const Word& value);
    Changes& is(const Place& place, std::uint64_t value) { return is(place, Word(place.size * 8, value)); }
    /// The place may hold anything.
    Changes& anything(const Place& place);
    /// The one living object of this kind that the path has allocated and not yet named here; its fields must
    /// all be stated with `is`. Refutes if there is none.
    Place fresh(const std::string& kind);
    /// A living object of the start state that must be gone now.
    Changes& freed(const Place& object);
    /// A page of the start state has gone from a pool of clean ones into use, or the other way. What it holds
    /// then is the caller's to say.
    Changes& pooled(const Place& page);
    /// The head of a list with nothing in it.
    Changes& empty_list(const Place& head);
    /// What a copied object should hold: the same as the original in every field not yet stated.
    Changes& same_as(const Place& copy, const Place& original);
    /// Every field of a fresh object that is not yet stated is 0.
    Changes& rest_is_zero(const Place& object);
    /// Rows of allowed_residue that hold here besides those that always do.
    Changes& also(ResidueWhen when);

    /// Everything else is as before, nothing else is alive, nothing else has gone.
    void nothing_else(Aspect aspect = Aspect::frame);

  private:
    [[nodiscard]] bool covered(std::uint32_t byte) const { return stated_.contains(byte); }
    void state_rest(const Place& object,
                    const std::function<Word(std::uint32_t offset, std::uint32_t size)>& value);
    [[nodiscard]] std::uint32_t residue_bits(std::uint32_t address) const;
    [[nodiscard]] bool in_caller_page_table(std::uint32_t address) const;
    void compare(std::uint32_t address, const Word& got, const Word& expected, std::uint32_t changed_bits);
    void check_fresh(std::uint32_t address, const Block& block);

    ForkScene& fork_;
    const Path& path_;
    std::set<std::uint32_t> stated_; // bytes
    std::set<std::uint32_t> named_;  // fresh or freed blocks
    std::set<std::uint32_t> pooled_; // those of them that pooled() has named
    std::set<ResidueWhen> when_ = {ResidueWhen::always};
};

/// Restored(S, S'): the path leaves everything as before, but for allowed_residue.
void restored(ForkScene& fork, const Path& path, const std::set<ResidueWhen>& also = {});

} // namespace forkproof::proofs
